"""The workflows, read by actionlint: they cannot run here."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support import go

WORKFLOWS = sorted((go.ROOT / ".github" / "workflows").glob("*.yaml"))
LINTER = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12"
PINNED = re.compile(r"uses: (\./\S+|[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$")


@pytest.mark.timeout(300)  # the first run builds the linter
def test_the_linter_finds_nothing() -> None:
    go.run(LINTER, *WORKFLOWS)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_what_others_wrote_is_pinned_to_a_commit(path: Path) -> None:
    used = [line.strip().removeprefix("- ") for line in path.read_text().splitlines() if "uses:" in line]
    assert used
    assert [line for line in used if not PINNED.fullmatch(line)] == []
