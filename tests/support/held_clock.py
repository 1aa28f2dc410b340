"""A Claude that waits in mid-reply until a test has done what it has to do."""

from __future__ import annotations

import asyncio

from typing_extensions import override

from parley_sandbox.anthropic.clock import SystemClock


class HeldClock(SystemClock):
    """The machine's clock, but what is due later than in so many seconds has to wait until it is let go."""

    def __init__(self, seconds: float) -> None:
        self._end = self.monotonic() + seconds
        self._go = asyncio.Event()

    def let_go(self) -> None:
        self._go.set()

    @override
    async def sleep_until(self, instant: float) -> None:
        if instant > self._end:
            await self._go.wait()
        await super().sleep_until(instant)
