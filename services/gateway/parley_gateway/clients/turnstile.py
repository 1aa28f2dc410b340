"""A crowd before a cache waits here, not there.

A cache that is asked for a thousand turns at once would give each its first word after all the others: late for all of
them. Let in a few at a time, each gets it soon after its own claim, and a cache that is silent can be told from one that is
busy (`turns.silence`).
"""

from __future__ import annotations

import asyncio

MOST = 32
"""Claims that wait for one cache's first word at once. At some 3 ms each (docs/performance.md) the last of them waits 0.1 s."""


class Turnstile:
    """Before one cache."""

    def __init__(self, most: int = MOST) -> None:
        self._free = asyncio.Semaphore(most)

    def place(self) -> Place:
        """Return a place in the line."""
        return Place(self._free)


class Place:
    """One claim's place in the line."""

    def __init__(self, free: asyncio.Semaphore) -> None:
        self._free = free
        self._inside = False

    async def enter(self) -> None:
        """Wait until the claim may be said."""
        await self._free.acquire()
        self._inside = True

    def leave(self) -> None:
        """Let the next one in: the first word has come, or never will. Once more changes nothing."""
        if self._inside:
            self._inside = False
            self._free.release()
