"""The pages of one attempt with its tables redrawn. The text itself stays as Claude said it; only what is shown changes. Pure.

The laws are those of the pages: the same whatever the pieces were, sealed pages never change, and a page tells where it
ends in Claude's text. A table's look depends on rows that are yet to come, so it is shown as it looks now, and becomes part
of the pages when it has ended or fills most of one; a longer table goes on as another one with the same header.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field, replace

from parley_gateway import tables
from parley_gateway.fences import Fence, fence_after
from parley_gateway.pages import SEAL, Page, Pages, width
from parley_gateway.tables import Table

MOST = 1_500
"""A drawn table is cut before it would be longer, in UTF-16 units, so that each part has room on a page of its own."""
LONGEST_BARE, LONGEST = 200, 4_000
"""Longer lines belong to no table, in code points: those that begin without a bar, which may be prose, and others."""
_LINES = re.compile(r"[^\n]*\n|[^\n]+")
_BLANKS = " \t"


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A part of what is shown and the part of the text that it stands for, by their ends; verbatim: they are alike."""

    shown: int
    source: int
    verbatim: bool


class Redrawn:
    """The pages of one attempt as they are shown."""

    def __init__(self, seal: int = SEAL) -> None:
        self._drawing = _Drawing(Pages(seal))
        self._text: list[str] = []
        self._length = 0
        self._end: list[Page] | None = None

    @property
    def text(self) -> str:
        """All that was fed."""
        self._text = ["".join(self._text)]
        return self._text[0]

    @property
    def length(self) -> int:
        """How much text was fed, in code points."""
        return self._length

    @property
    def sealed_count(self) -> int:
        """How many pages are sealed."""
        return self._drawing.pages.sealed_count

    def feed(self, text: str) -> None:
        """Take the next piece of the text."""
        self._end = None
        self._text.append(text)
        self._length += len(text)
        self._drawing.feed(text)

    def shown(self, *, ended: bool) -> list[Page]:
        """Return all pages that there are to show, each with its end in the text."""
        if ended and self._end is not None:
            return self._end
        drawing = self._drawing.copied()
        if not ended:
            drawing.settle_what_shows()
            return drawing.shown(ended=False)
        drawing.settle_all()
        self._end = drawing.shown(ended=True)
        return self._end


@dataclass(slots=True)
class _Drawing:
    """How far the text is in the pages. held: complete lines that are a table, or one that may begin it; given: so much of
    the line is in the pages.
    """

    pages: Pages
    stretches: list[_Stretch] = field(default_factory=lambda: [_Stretch(0, 0, verbatim=True)])
    fence: Fence | None = None
    held: str = ""
    table: Table | None = None
    line: str = ""
    given: int = 0

    def copied(self) -> _Drawing:
        """Return one that goes on by itself."""
        return replace(self, pages=self.pages.copied(), stretches=list(self.stretches))

    def feed(self, text: str) -> None:
        """Take the next piece of the text."""
        for part in _LINES.findall(text):
            self.line += part
            if part.endswith("\n"):
                self.take_line()
            elif self.fence is not None or _too_long(self.line):
                self.settle_held()
                self.give_line()

    def settle_what_shows(self) -> None:
        """Put what is held into the pages, as far as it can be shown while it grows: bars that may become a table cannot."""
        if self.table is not None or not _begins_with_bar(self.held):
            self.settle_held()
            if not _begins_with_bar(self.line):
                self.give_line()

    def settle_all(self) -> None:
        """Put all that is held into the pages, given that the text has ended."""
        if self.line:
            self.take_line()
        self.settle_held()

    def shown(self, *, ended: bool) -> list[Page]:
        """Return the pages, each with its end in the text."""
        return [replace(page, end=self._source(page.end)) for page in self.pages.shown(ended=ended)]

    # --- lines

    def take_line(self) -> None:
        """Take the line, which is complete, into a table or as other text."""
        line = self.line.removesuffix("\n")
        if self._may_belong(line) and self._joins(line):
            self.held += self.line
        else:
            self.settle_held()
            if self._may_belong(line):
                self.held = self.line
            else:
                self.give_line()
            self.fence = fence_after(line, self.fence)
        self.line, self.given = "", 0

    def _may_belong(self, line: str) -> bool:
        """Whether a line may be one of a table."""
        outside = self.fence is None and fence_after(line, None) is None
        return outside and tables.has_bar(line) and not _too_long(line)

    def _joins(self, line: str) -> bool:
        """Go on with the table that is held, or begin it, if the line does."""
        if self.table is None:
            self.table = tables.begun(self.held, line)
            return self.table is not None
        longer = self.table.with_row(line)
        if self.table.rows and width(tables.drawn(longer)) > MOST:
            self.settle_held()
            self._settle("\n", 0, verbatim=False)
            longer = replace(longer, rows=longer.rows[-1:])
        self.table = longer
        return True

    # --- into the pages

    def settle_held(self) -> None:
        """Put what is held into the pages: a table is over, or was none."""
        held, table = self.held, self.table
        self.held, self.table = "", None
        if table is None:
            self._settle(held, len(held), verbatim=True)
            return
        text = held.removesuffix("\n")
        self._settle(tables.drawn(table), len(text), verbatim=False)
        self._settle(held[len(text) :], len(held) - len(text), verbatim=True)

    def give_line(self) -> None:
        """Put what there is of the line into the pages."""
        self._settle(self.line[self.given :], len(self.line) - self.given, verbatim=True)
        self.given = len(self.line)

    def _settle(self, shown: str, source: int, *, verbatim: bool) -> None:
        self.pages.feed(shown)
        last = self.stretches[-1]
        ends = _Stretch(last.shown + len(shown), last.source + source, verbatim)
        self.stretches[len(self.stretches) - (verbatim and last.verbatim) :] = [ends]

    def _source(self, shown: int) -> int:
        """Return where the text is that a place in what is shown stands for; of a table half shown, where it begins."""
        at = bisect_left(self.stretches, shown, key=lambda stretch: stretch.shown)
        stretch = self.stretches[at]
        if stretch.verbatim or shown == stretch.shown:
            return stretch.source - (stretch.shown - shown)
        return self.stretches[at - 1].source


def _begins_with_bar(line: str) -> bool:
    return line[:LONGEST_BARE].lstrip(_BLANKS).startswith("|")


def _too_long(line: str) -> bool:
    return len(line) > (LONGEST if _begins_with_bar(line) else LONGEST_BARE)
