"""Code fences in Markdown: which one is open at the end of a text, and how to close and reopen it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_FENCE_LINE = re.compile(
    r"""^(?P<prefix>[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?)   # indentation, quotes, one list marker
         (?P<marker>`{3,16}(?!`)|~{3,16}(?!~))                 # a longer run is an ornament
         (?P<info>[^\n]*)$""",
    re.MULTILINE | re.VERBOSE,
)
_FENCE_BEGINNING = re.compile(r"^[ \t>]*(?:`{1,2}|~{1,2}|`{3,16}[^`]*|~{3,16}[^\n]*)\Z", re.MULTILINE)
_LIST_MARKER = re.compile(r"[^ \t>]")

MAX_PREFIX = 20
"""Indentation that is repeated on the next page, in characters; of a deeper one only the quote marks."""
MAX_INFO = 40
"""A language line that is repeated on the next page, in characters; of a longer one its first word, or nothing."""
MAX_CLOSING = 1 + MAX_PREFIX + 16
"""The longest line that closes a fence, in characters, with the newline before it."""


@dataclass(frozen=True, slots=True)
class Fence:
    """An opened fence. start: where its opening line begins; end: where that line ends, before the newline."""

    prefix: str
    marker: str
    info: str
    start: int
    end: int

    @property
    def opening(self) -> str:
        """The line, with its newline, that opens the same fence on another page."""
        return f"{self._indentation}{self.marker}{self._language}\n"

    def closing(self, text: str) -> str:
        """What closes the fence at the end of `text`."""
        newline = "" if text.endswith("\n") else "\n"
        return f"{newline}{self._indentation}{self.marker}"

    @property
    def _indentation(self) -> str:
        return _LIST_MARKER.sub(" ", self.prefix) if len(self.prefix) <= MAX_PREFIX else ">" * self.prefix.count(">")

    @property
    def _language(self) -> str:
        info = self.info.strip()
        if len(info) <= MAX_INFO:
            return info
        word = info.split(maxsplit=1)[0]
        return word if len(word) <= MAX_INFO else ""


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block of a text: from its opening line to the end of its closing line; end None: still open."""

    fence: Fence
    end: int | None


def blocks(text: str) -> Iterator[Block]:
    """Yield the fenced blocks of a text in order; only the last can be open."""
    fence: Fence | None = None
    for line in _FENCE_LINE.finditer(text):
        if fence is None:
            fence = _opened(line)
        elif _closes(line, fence):
            yield Block(fence, line.end())
            fence = None
    if fence is not None:
        yield Block(fence, None)


def open_fence(text: str) -> Fence | None:
    """Return the fence that is open at the end of a text."""
    return next((block.fence for block in blocks(text) if block.end is None), None)


def fence_after(line: str, before: Fence | None) -> Fence | None:
    """Return the fence that is open after a line, given the one that was before it."""
    match = _FENCE_LINE.match(line)
    if match is None:
        return before
    if before is None:
        return _opened(match)
    return None if _closes(match, before) else before


def without_fence_beginning(text: str) -> str:
    """Leave out a last line that may become a fence line: shown half, it would turn the page over for a moment."""
    beginning = _FENCE_BEGINNING.search(text, text.rfind("\n") + 1)
    return text if beginning is None else text[: beginning.start()]


def may_close(text: str) -> bool:
    """Whether the last line may become the line that closes the fence before it, or is one already."""
    start = text.rfind("\n") + 1
    last = text[start:].strip(" \t\r>")
    if last.strip("`") and last.strip("~"):
        return False
    fence = open_fence(text[:start])
    return fence is not None and not last.strip(fence.marker[0])


def _opened(line: re.Match[str]) -> Fence | None:
    marker, info = line["marker"], line["info"]
    if marker[0] == "`" and "`" in info:  # CommonMark: this is inline code
        return None
    if line["prefix"].count(">") > MAX_PREFIX:
        return None
    return Fence(line["prefix"], marker, info, line.start(), line.end())


def _closes(line: re.Match[str], fence: Fence) -> bool:
    marker = line["marker"]
    return (
        marker[0] == fence.marker[0]
        and len(marker) >= len(fence.marker)
        and not line["info"].strip()
        and line["prefix"].strip(" \t>") == ""
        and line["prefix"].count(">") == fence.prefix.count(">")
    )
