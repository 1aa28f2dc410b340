"""The turn of REST calls that no channel's pacer governs: reads, typing, notices. They share the pacers' budget."""

from __future__ import annotations

import asyncio

from parley_gateway.pacer import Budget, Urgency
from parley_kit.clock import Clock

SPARE = 1.0
"""A call that is only a courtesy is left out when it would wait so long, in seconds: it would come too late to be one."""


class Allowance:
    """What this gateway may still ask of Discord. First come first served; final edits go before all of these."""

    def __init__(self, budget: Budget, clock: Clock) -> None:
        self._budget, self._clock = budget, clock
        self._line = asyncio.Lock()
        self._waiting = 0

    @property
    def spare(self) -> bool:
        """Whether there is room for a courtesy."""
        return self._wait() + self._waiting * self._budget.spacing < SPARE

    async def take(self) -> None:
        """Wait until a call may start, and count it."""
        self._waiting += 1
        try:
            async with self._line:
                while (wait := self._wait()) > 0:
                    await self._clock.sleep(wait)
                self._budget.spend(self._clock.monotonic())
        finally:
            self._waiting -= 1

    def _wait(self) -> float:
        return self._budget.earliest(Urgency.GROWING) - self._clock.monotonic()
