"""Bounds the bytes of members' files that turns hold at once.

Counted in bytes, not in turns: many turns with a small picture each fit where few with large documents do.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Held:
    """Who comes first is first. most: so many bytes at once; one turn alone may always hold its own."""

    def __init__(self, most: int) -> None:
        self._most = self._free = most
        self._line = asyncio.Lock()
        self._freed = asyncio.Event()

    def full(self, size: int) -> bool:
        """Tell whether who wants so many bytes has to wait."""
        return self._line.locked() or self._free < min(size, self._most)

    @asynccontextmanager
    async def room(self, size: int) -> AsyncIterator[None]:
        """Wait for room for so many bytes; they are held as long as the context."""
        size = min(size, self._most)
        await self._take(size)
        try:
            yield
        finally:
            self._free += size
            self._freed.set()

    async def _take(self, size: int) -> None:
        async with self._line:
            while self._free < size:
                self._freed.clear()
                await self._freed.wait()
            self._free -= size
