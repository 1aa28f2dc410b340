"""Between one engine's stream and one reader: joined text, bounded memory, one end."""

from __future__ import annotations

import asyncio

from parley_executor.engines.port import Delta, EngineError, EngineEvent, Finished, Started
from parley_executor.joining import Joiner

End = Finished | EngineError


class Mailbox:
    """What one task puts in another takes out, in its order; `put` waits while the reader is far behind."""

    def __init__(self, joiner: Joiner) -> None:
        self._joiner = joiner
        self._started: Started | None = None
        self._end: End | None = None
        self._filled = asyncio.Event()
        self._drained = asyncio.Event()

    async def put(self, event: EngineEvent | EngineError) -> None:
        """Add an event or the error that ends the stream; after an end comes nothing."""
        match event:
            case Started():
                self._started = event
                self._filled.set()
            case Delta(text):
                await self._put_text(text)
            case _:
                self._end = event
                self._filled.set()

    async def _put_text(self, text: str) -> None:
        while self._joiner.full:
            self._drained.clear()
            await self._drained.wait()
        if not self._joiner:  # the reader waits for the first piece only, then for the window's end
            self._filled.set()
        self._joiner.add(text)

    async def take(self) -> Started | Delta | End:
        """Return the next event, text joined."""
        while (event := self._next()) is None:
            await self._wait()
        return event

    def _next(self) -> Started | Delta | End | None:
        if self._started is not None:
            started, self._started = self._started, None
            return started
        if not self._joiner:
            return self._end
        now = asyncio.get_running_loop().time()
        if self._end is None and not self._joiner.full and now < self._joiner.due:
            return None
        self._drained.set()
        return Delta(self._joiner.take(now))

    async def _wait(self) -> None:
        """Wait for something new, or for the end of the window when text is there already."""
        self._filled.clear()
        if not self._joiner:
            await self._filled.wait()
            return
        timer = asyncio.get_running_loop().call_at(self._joiner.due, self._filled.set)
        try:
            await self._filled.wait()
        finally:
            timer.cancel()
