"""How far our clock is from Discord's, by which interactions die. Pure.

Discord dates its answers to the second: one alone is wrong by up to half a second and by its way here. The middle one of
many is as right as is needed, since what counts are seconds.
"""

from __future__ import annotations

import logging
from collections import deque
from datetime import datetime, timedelta
from statistics import median

from typing_extensions import override

from parley_kit.clock import Clock

MIDDLE = 0.5
"""An answer's date is cut to the second, so half a second has gone on average."""
KEPT, ENOUGH = 31, 5
ALARMING = 1.0
"""Seconds. Below it is noise, and nothing is corrected."""
_log = logging.getLogger(__name__)


class Skew:
    """Measures it."""

    def __init__(self) -> None:
        self._seen: deque[float] = deque(maxlen=KEPT)
        self._told = False

    @property
    def seconds(self) -> float:
        """How far ahead of Discord's our clock is; 0 before enough was heard."""
        return median(self._seen) if len(self._seen) >= ENOUGH else 0.0

    @property
    def alarming(self) -> bool:
        """Whether it is more than noise."""
        return abs(self.seconds) > ALARMING

    def heard(self, theirs: datetime, ours: datetime) -> None:
        """Take the date of an answer that has just come; tell once when the clocks differ."""
        self._seen.append((ours - theirs).total_seconds() - MIDDLE)
        if self.alarming and not self._told:
            self._told = True
            _log.warning("clock.skewed", extra={"seconds": round(self.seconds, 1)})


class DiscordsClock(Clock):
    """Our clock with Discord's time, for what Discord lets die."""

    def __init__(self, ours: Clock, skew: Skew) -> None:
        self._ours, self._skew = ours, skew

    @override
    def now(self) -> datetime:
        now = self._ours.now()
        return now - timedelta(seconds=self._skew.seconds) if self._skew.alarming else now

    @override
    def monotonic(self) -> float:
        return self._ours.monotonic()

    @override
    async def sleep(self, seconds: float) -> None:
        await self._ours.sleep(seconds)
