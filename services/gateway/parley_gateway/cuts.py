"""Where a full page ends: before a code block, at a blank line, a newline, a sentence, a space, or hard."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from parley_gateway.fences import Block, blocks

_BLANK_LINE = re.compile(r"\n[ \t\r]*\n")
_NEWLINE = re.compile(r"\n")
_SENTENCE = re.compile(r"[.!?…][\"')\]*_]*(?P<gap>[ \t])|[。！？](?P<none>)")
_SPACE = re.compile(r"(?P<gap>[ \t])")
_JOINERS = {"\u200d", "\ufe0e", "\ufe0f", "\u20e3"}
_MAX_GRAPHEME = 32


@dataclass(frozen=True, slots=True)
class Cut:
    """The page keeps text[:end], the next begins at text[start:]; between them is only white space."""

    end: int
    start: int


def cut(opening: str, body: str) -> Cut:
    """Choose where a page ends that one more character has made too long.

    opening: the fence line that was put before the body, or "". body: its last character is one too many.
    The answer depends on these two alone, so pages do not depend on how the text came in.
    """
    found = [_shifted(block, len(opening)) for block in blocks(opening + body)]
    inside = bool(found) and found[-1].end is None
    low = len(body) // 2
    chosen = _before_block(found, body, low) if inside else None
    return chosen or (None if inside else _in_prose(body, low, found)) or _in_block(body, low) or _hard(body)


@dataclass(frozen=True, slots=True)
class _Span:
    """A block's place in the body; before it when it was opened on an earlier page."""

    start: int
    end: int | None


def _shifted(block: Block, opening: int) -> _Span:
    return _Span(block.fence.start - opening, None if block.end is None else block.end - opening)


def _before_block(found: list[_Span], body: str, low: int) -> Cut | None:
    """Push the open block on as a whole when it began in the second half."""
    start = found[-1].start
    if start <= low or body[start - 1] != "\n":
        return None
    return Cut(start - 1, start)


def _in_block(body: str, low: int) -> Cut | None:
    """Cut code between lines; blank lines stay, since in code they mean something."""
    if last := _last(_BLANK_LINE, body, low):
        return Cut(last.end() - 1, last.end())
    if last := _last(_NEWLINE, body, low):
        return Cut(last.start(), last.end())
    if last := _last(_SPACE, body, low, _is_safe_in(body)):
        return Cut(last.end(), last.end())
    return None


def _in_prose(body: str, low: int, found: list[_Span]) -> Cut | None:
    def outside(match: re.Match[str]) -> bool:
        return not any(span.start <= match.start() < (span.end or len(body)) for span in found)

    for separator in (_BLANK_LINE, _NEWLINE):
        if last := _last(separator, body, low, outside):
            return Cut(last.start(), last.end())
    safe = _is_safe_in(body)
    for separator in (_SENTENCE, _SPACE):
        if last := _last(separator, body, low, lambda match: outside(match) and safe(match)):
            return Cut(last.end() - len(last["gap"] or ""), last.end())
    return None


def _last(
    separator: re.Pattern[str], body: str, low: int, allowed: Callable[[re.Match[str]], bool] = lambda _: True
) -> re.Match[str] | None:
    """Return the last allowed place of a separator in the second half that leaves a whole page behind it."""
    last = None
    for match in _places(separator, body, low):
        if allowed(match):
            last = match
    return last


def _places(separator: re.Pattern[str], body: str, low: int) -> Iterator[re.Match[str]]:
    return (match for match in separator.finditer(body, low) if 0 < match.start() < len(body))


def _is_safe_in(body: str) -> Callable[[re.Match[str]], bool]:
    """Refuse a cut within a line after which the rest would look like a fence line."""

    def safe(match: re.Match[str]) -> bool:
        rest = body[match.end() : match.end() + 3]
        return not rest or bool(rest.strip("`") and rest.strip("~"))

    return safe


def _hard(body: str) -> Cut:
    """Cut before the character too many, or before the grapheme that it belongs to."""
    at = len(body) - 1
    for back in range(min(_MAX_GRAPHEME, at // 2)):
        if _begins_grapheme(body, at - back):
            return Cut(at - back, at - back)
    return Cut(at, at)


def _begins_grapheme(body: str, at: int) -> bool:
    here, before = body[at], body[at - 1]
    return not (_extends(here) or before == "\u200d" or (_is_flag(here) and _flags_before(body, at) % 2))


def _extends(char: str) -> bool:
    return char in _JOINERS or "\U0001f3fb" <= char <= "\U0001f3ff" or unicodedata.category(char) in {"Mn", "Mc", "Me"}


def _is_flag(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _flags_before(body: str, at: int) -> int:
    count = 0
    while count < at and _is_flag(body[at - 1 - count]):
        count += 1
    return count
