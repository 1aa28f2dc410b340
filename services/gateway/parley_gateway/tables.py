"""Tables of GitHub's Markdown, which Discord shows as a heap of bars: read, and drawn as text that reads well there. Pure.

A table that is narrow enough becomes aligned columns in a code fence; a wider one, or one with links, which a fence would
deaden, becomes a list of "heading: cell" for each row. No cell is left out, not even one that GitHub would not show.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import zip_longest

from wcwidth import wcswidth

COLUMNS = 64
"""A fenced table is at most so wide; a code block of Discord's holds some 80 columns on a desk, 40 on a phone."""
FENCE = "```"
NOTHING = "–"
"""An empty cell in a list."""
_BAR = re.compile(r"(?<!\\)\|")
_DELIMITER = re.compile(r"(?P<left>:?)-+(?P<right>:?)")
_LIVE = re.compile(r"```|\]\(|https?://|<[@#:]")
"""What a fence would break or deaden: another fence, links, mentions, emoji of a server."""
_MARKED = re.compile(r"(?P<ticks>`+)(?P<code>.+?)(?P=ticks)|\*\*(?=\S)(?P<bold>.+?)(?<=\S)\*\*")
_CONTROL = dict.fromkeys([*range(32), 127], " ")


class Alignment(Enum):
    """Where a column's text stands."""

    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it was written. Rows may have fewer cells than the header, or more."""

    header: tuple[str, ...]
    alignments: tuple[Alignment, ...]
    rows: tuple[tuple[str, ...], ...] = ()

    def with_row(self, line: str) -> Table:
        """Return it with one more row."""
        return Table(self.header, self.alignments, (*self.rows, cells(line)))

    @property
    def columns(self) -> int:
        """How many columns any of its lines has."""
        return max(len(row) for row in (self.header, *self.rows))


def has_bar(line: str) -> bool:
    """Whether a line may belong to a table."""
    return _BAR.search(line) is not None


def cells(line: str) -> tuple[str, ...]:
    """Return the cells of a line of a table."""
    parts = _BAR.split(line.strip())
    inner = parts[0 if parts[0] else 1 :]
    inner = inner if inner and inner[-1] else inner[:-1]
    return tuple(part.strip().replace("\\|", "|") for part in inner)


def begun(header: str, delimiter: str) -> Table | None:
    """Return the table that two lines begin; None if they do not."""
    if not (has_bar(header) and has_bar(delimiter)):
        return None
    marks = [_DELIMITER.fullmatch(cell) for cell in cells(delimiter)]
    found = [_alignment(mark) for mark in marks if mark is not None]
    heads = cells(header)
    return Table(heads, tuple(found)) if len(heads) == len(marks) == len(found) > 0 else None


def drawn(table: Table) -> str:
    """Return the text that Discord shows well, without a newline at its end."""
    lines = (table.header, *table.rows)
    if not any(_LIVE.search(cell) for line in lines for cell in line):
        plain = [[_plain(cell) for cell in line] for line in lines]
        widths = [max(shown_width(cell) for cell in column) for column in zip_longest(*plain, fillvalue="")]
        if sum(widths) + 3 * (len(widths) - 1) <= COLUMNS:
            return _fenced(plain, widths, table.alignments)
    return _listed(table)


def shown_width(text: str) -> int:
    """Return how many columns a text takes where each letter takes one: two for most of Chinese, Japanese and emoji."""
    width = wcswidth(text)
    return width if width >= 0 else len(text)


def _alignment(mark: re.Match[str]) -> Alignment:
    if not mark["right"]:
        return Alignment.LEFT
    return Alignment.CENTRE if mark["left"] else Alignment.RIGHT


def _plain(cell: str) -> str:
    """Leave out marks that would show in a fence."""
    without = _MARKED.sub(lambda mark: mark["code"] or _plain(mark["bold"]), cell)
    return without.translate(_CONTROL)


# --- in a fence


def _fenced(lines: Sequence[Sequence[str]], widths: Sequence[int], alignments: Sequence[Alignment]) -> str:
    header, *rows = (_row(line, widths, alignments) for line in lines)
    return "\n".join([FENCE, header, "-+-".join("-" * width for width in widths), *rows, FENCE])


def _row(line: Sequence[str], widths: Sequence[int], alignments: Sequence[Alignment]) -> str:
    padded = (
        _padded(cell, width, alignment or Alignment.LEFT)
        for cell, width, alignment in zip_longest(line, widths, alignments[: len(widths)])
    )
    return " | ".join(padded).rstrip()


def _padded(cell: str | None, width: int, alignment: Alignment) -> str:
    text = cell or ""
    room = width - shown_width(text)
    before = {Alignment.LEFT: 0, Alignment.CENTRE: room // 2, Alignment.RIGHT: room}[alignment]
    return " " * before + text + " " * (room - before)


# --- as a list


def _listed(table: Table) -> str:
    heads = _filled(table.header, table.columns)
    if not table.rows:
        return "\n".join(f"- {_tamed(head)}" for head in heads)
    return "\n\n".join("\n".join(_of_row(heads, _filled(row, table.columns))) for row in table.rows)


def _filled(cells: Sequence[str], columns: int) -> list[str]:
    return [*cells, *[""] * (columns - len(cells))]


def _of_row(heads: Sequence[str], row: Sequence[str]) -> Iterator[str]:
    """Yield a row's lines: the first cell as its title, the others as a list."""
    cell = row[0] or NOTHING
    title = f"{heads[0]}: {cell}" if heads[0] else cell
    yield f"**{title.replace('**', '')}**"
    for number, (head, cell) in enumerate(zip(heads[1:], row[1:], strict=True), 2):
        if head or cell:
            yield f"- {_tamed(head) or number}: {cell or NOTHING}"


def _tamed(head: str) -> str:
    """Let no line begin with what would open a fence."""
    return f"**{head}**" if head[:1] in {"`", "~"} else head
