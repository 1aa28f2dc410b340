"""The turn of REST calls that no channel's pacer governs: reads, typing, notices. They share the pacers' budget."""

from __future__ import annotations

import asyncio

from parley_gateway.pacer import Budget, Urgency
from parley_kit.clock import Clock

SPARE = 0.5
"""Calls that are only a courtesy are left out while the next one is so far ahead, in seconds."""


class Allowance:
    """What this gateway may still ask of Discord. First come first served; final edits go before all of these."""

    def __init__(self, budget: Budget, clock: Clock) -> None:
        self._budget, self._clock = budget, clock
        self._line = asyncio.Lock()

    @property
    def spare(self) -> bool:
        """Whether there is room for a courtesy."""
        return not self._line.locked() and self._wait() < SPARE

    async def take(self) -> None:
        """Wait until a call may start, and count it."""
        async with self._line:
            while (wait := self._wait()) > 0:
                await self._clock.sleep(wait)
            self._budget.spend(self._clock.monotonic())

    def _wait(self) -> float:
        return self._budget.earliest(Urgency.GROWING) - self._clock.monotonic()
