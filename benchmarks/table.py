"""What a benchmark answers: rows of docs/performance.md, each a quantity beside its rival or limit in the same run."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson


@dataclass(frozen=True, slots=True)
class Row:
    """One line: `ratio` is value over rival_value; `foreign_load` the share of the machine that others used."""

    row: str
    quantity: str
    value: float
    rival: str
    rival_value: float
    ratio: float
    goal: str
    met: bool
    foreign_load: float


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which `share` of them lie; 0.95 is the 95th percentile."""
    if len(values) == 1:
        return values[0]
    return statistics.quantiles(values, n=100, method="inclusive")[round(share * 100) - 1]


def as_markdown(rows: Sequence[Row]) -> str:
    """Return the table for people."""
    head = "| row | quantity | value | rival or limit | its value | ratio | goal | met | others' load |"
    lines = [
        f"| {row.row} | {row.quantity} | {row.value:.3g} | {row.rival} | {row.rival_value:.3g} | {row.ratio:.3g} |"
        f" {row.goal} | {'yes' if row.met else 'no'} | {row.foreign_load:.0%} |"
        for row in rows
    ]
    return "\n".join([head, "|---|---|---|---|---|---|---|---|---|", *lines])


def write(rows: Sequence[Row], folder: Path) -> None:
    """Keep the rows as bench.json and bench.md; what could not be measured is null there and nan here."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "bench.json").write_bytes(
        orjson.dumps(list(rows), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    )
    (folder / "bench.md").write_text(as_markdown(rows) + "\n")
