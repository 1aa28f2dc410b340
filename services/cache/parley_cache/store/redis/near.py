"""What this process read or wrote last, by version: so that an unchanged record is neither sent nor decoded again.

Never believed: a step checks the version of all that it rests on, in Redis.
"""

from __future__ import annotations

from collections import OrderedDict

from parley_cache.model import Opening
from parley_cache.store.redis.reads import Cell

MOST = 20_000
"""Records kept. A turn takes four: itself, what began it, its log, its conversation."""

WORDS_MOST = 32 * 1024 * 1024
"""Characters of prompts among them."""


class Near(OrderedDict[str, Cell]):
    """Cells and groups by key; the longest unused goes first."""

    def __init__(self) -> None:
        super().__init__()
        self._words = 0

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
    opening = cell.value
    return len(opening.prompt) + len(opening.system_prompt) if isinstance(opening, Opening) else 0
