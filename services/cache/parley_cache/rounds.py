"""Readers of running logs take turns at the store.

A piece of a log that a thousand follow would wake a thousand looks at once, and until the last of them was done no renewal
and no claim would get a word in: leases would lapse, their holders come back, and the crowd grow. Served a few at a time,
each reader gets all that is new since its last look: the busier the cache, the fewer and the larger the pieces.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

MOST = 8
"""Looks of readers at once: enough to keep the connection to Redis full (its answers come within some 0.2 ms), and at half
a millisecond each a renewal is never more than a few milliseconds behind them.
"""


class Rounds:
    """First come, first served: who has looked goes behind all who wait."""

    def __init__(self) -> None:
        self._places = asyncio.Semaphore(MOST)

    @asynccontextmanager
    async def place(self, *, reads: bool) -> AsyncIterator[None]:
        """Wait for a place; one that does not read a running log goes by."""
        if not reads:
            yield
            return
        async with self._places:
            yield
