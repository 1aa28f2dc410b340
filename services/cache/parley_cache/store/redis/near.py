"""What this process read or wrote last, by version: so that an unchanged record is neither sent nor decoded again.

Never believed: a step checks the version of all that it rests on, in Redis. All of it is forgotten with a connection:
a Redis that comes back may have lost its tail, and what is written then under names that this process knows is another.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import NamedTuple

from parley_cache.model import Message, Opening
from parley_cache.store.redis.reads import Cell

MOST = 20_000
"""Records kept. A turn takes four: itself, what began it, its log, its conversation. Text and messages come on top."""

SETTLED = b"settled."
"""The version of what stands as long as the record beside which it lies: the text of a log that ended, messages."""

WORDS_MOST = 32 * 1024 * 1024
"""Characters of prompts, of answers that ended and of conversations among them."""


class Remembered(NamedTuple):
    """Messages of a conversation from `start` on, of one `edition`: as long as it stands, messages are only added."""

    edition: float
    start: int
    messages: tuple[Message, ...]
    size: int

    @property
    def stop(self) -> int:
        """Where they end."""
        return self.start + len(self.messages)

    def is_of(self, edition: float, length: int) -> bool:
        """Tell whether a conversation of this edition and length begins as these do."""
        return self.edition == edition and self.stop <= length


def remembered(edition: float, start: int, messages: tuple[Message, ...]) -> Remembered:
    """Return messages with their size, in characters."""
    return Remembered(edition, start, messages, sum(len(message.text) for message in messages))


class Near(OrderedDict[str, Cell]):
    """Cells and groups by key; the longest unused goes first."""

    def __init__(self) -> None:
        super().__init__()
        self._words = 0
        self._losses = 0

    def since(self, losses: int) -> None:
        """Forget what was seen before the last of so many losses of the connection."""
        if losses != self._losses:
            self._losses, self._words = losses, 0
            self.clear()

    def keep(self, key: str, cell: Cell) -> None:
        """Note a record's newest version; an absent one is not worth a place."""
        self.drop(key)
        if not cell.version:
            return
        self[key] = cell
        self._words += _words(cell)
        while len(self) > MOST or self._words > WORDS_MOST:
            self.drop(next(iter(self)))

    def drop(self, key: str) -> None:
        """Forget a record."""
        cell = self.pop(key, None)
        if cell is not None:
            self._words -= _words(cell)


def _words(cell: Cell) -> int:
    match cell.value:
        case Opening() as opening:
            return len(opening.prompt) + len(opening.system_prompt)
        case Remembered() as remembered:
            return remembered.size
        case bytes() as text:
            return len(text)
    return 0
