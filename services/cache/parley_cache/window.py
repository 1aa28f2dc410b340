"""Which earlier turns Claude sees: a budget, cut in blocks, so that a prompt's beginning stays byte for byte. Pure.

Claude's prompt cache pays only for an unchanged beginning. So the window is not a sliding one, which would change
its beginning at every turn: it grows until it passes the budget, then gives up half of it at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce

BYTES_A_TOKEN = 4
"""A coarse mean of Claude's tokenizer for English prose; the budget is far below the model's own limit."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One turn in the window: how many messages and bytes it has."""

    messages: int
    size: int


@dataclass(frozen=True, slots=True)
class Window:
    """The turns that Claude sees; `start` is the index of its first message in the conversation."""

    start: int = 0
    entries: tuple[Entry, ...] = ()

    @property
    def size(self) -> int:
        """All of it, in bytes."""
        return sum(entry.size for entry in self.entries)


def grown(window: Window, entry: Entry, tokens: int) -> Window:
    """Add a turn; past the budget, drop whole turns from the front until half of it is free.

    The newest turn always stays, whatever its size.
    """
    entries = (*window.entries, entry)
    size = window.size + entry.size
    if size <= tokens * BYTES_A_TOKEN:
        return Window(window.start, entries)
    return _cut(window.start, entries, size, tokens * BYTES_A_TOKEN // 2)


def replayed(entries: Iterable[Entry], tokens: int) -> Window:
    """Return the window as it would stand had only these turns ever been."""
    return reduce(lambda window, entry: grown(window, entry, tokens), entries, Window())


def _cut(start: int, entries: tuple[Entry, ...], size: int, keep: int) -> Window:
    dropped = 0
    while size > keep and dropped < len(entries) - 1:
        start += entries[dropped].messages
        size -= entries[dropped].size
        dropped += 1
    return Window(start, entries[dropped:])
