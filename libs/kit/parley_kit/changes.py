"""A signal that something changed, for any number of watchers."""

from __future__ import annotations

import asyncio


class Changes:
    """Tells watchers of the next change; one that came in between two waits is not lost."""

    def __init__(self) -> None:
        self._next = asyncio.Event()

    def notify(self) -> None:
        """Something changed."""
        self._next.set()
        self._next = asyncio.Event()

    def next(self) -> asyncio.Event:
        """Return the event of the next change; take it before reading what may change."""
        return self._next
