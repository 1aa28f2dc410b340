"""One value that changes, for many who watch: each sees the newest, a slow one skips what came between.

No watcher has a queue, so none can grow.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Generic, TypeVar

T = TypeVar("T")


class Publisher(Generic[T]):
    """Holds the newest value and wakes who waits for the next."""

    def __init__(self) -> None:
        self._newest: T | None = None
        self._changed = asyncio.Event()
        self._closed = False

    @property
    def newest(self) -> T | None:
        """The value as it stands; None before the first."""
        return self._newest

    def publish(self, value: T) -> None:
        """Tell everyone."""
        self._newest = value
        self._wake()

    def close(self) -> None:
        """End every watch."""
        self._closed = True
        self._wake()

    async def watch(self) -> AsyncGenerator[T]:
        """Yield the newest value at once, where there is one, then each newer one that the reader has time for."""
        seen: T | None = None
        while not self._closed:
            changed = self._changed
            if self._newest is not None and self._newest is not seen:
                seen = self._newest
                yield seen
            else:
                await changed.wait()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
