"""What a run says in the end: a row a step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

BUILD = Path(__file__).resolve().parents[2] / "build"


@dataclass(frozen=True, slots=True)
class Row:
    """One step: whether it holds (None: it was not tried), how many seconds it took, and what was seen."""

    step: str
    holds: bool | None
    seconds: float
    seen: str

    @property
    def line(self) -> str:
        """A line of the table."""
        verdict = {True: "yes", False: "**no**", None: "not tried"}[self.holds]
        seen = " ".join(self.seen.split()).replace("|", "\\|")
        return f"| {self.step} | {verdict} | {self.seconds:.0f} | {seen} |"


def as_markdown(rows: Sequence[Row]) -> str:
    """Return the table for people."""
    return "\n".join(["| step | holds | seconds | seen |", "|---|---|---|---|", *(row.line for row in rows)])


def write(rows: Sequence[Row]) -> None:
    """Keep it as build/cluster-test.md."""
    BUILD.mkdir(parents=True, exist_ok=True)
    (BUILD / "cluster-test.md").write_text(as_markdown(rows) + "\n", encoding="utf-8")
