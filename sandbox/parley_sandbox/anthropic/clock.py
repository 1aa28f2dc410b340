"""Time as the loopback Claude sees it: one monotonic clock for pace and cache, one wall clock for headers."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Protocol

from typing_extensions import override


class Clock(Protocol):
    """Monotonic seconds, the wall's time, and a wait until an instant; a test puts its own here."""

    def monotonic(self) -> float:
        """Seconds since an arbitrary instant, never going back."""
        ...

    def wall(self) -> datetime:
        """The time of day with its zone."""
        ...

    async def sleep_until(self, instant: float) -> None:
        """Wait until `monotonic()` reaches the instant; give others a turn even when that is already past."""
        ...


class SystemClock(Clock):
    """The machine's clocks."""

    @override
    def monotonic(self) -> float:
        return time.monotonic()

    @override
    def wall(self) -> datetime:
        return datetime.now(UTC)

    @override
    async def sleep_until(self, instant: float) -> None:
        await asyncio.sleep(max(0.0, instant - time.monotonic()))
