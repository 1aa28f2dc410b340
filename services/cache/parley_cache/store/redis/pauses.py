"""How long to wait between two probes of a Redis that is away: longer each time, and uneven, so that many caches do not come back together. Pure."""

from __future__ import annotations

import random

FIRST = 0.05
MOST = 1.0


class Pauses:
    """Doubling from 50 ms to 1 s, each between half of that and all of it. `dice` returns numbers in [0, 1)."""

    def __init__(self, dice: random.Random | None = None) -> None:
        self._dice = dice or random.Random()  # noqa: S311 — spreads probes, protects nothing
        self._whole = FIRST

    def next(self) -> float:
        """Return the next pause, in seconds."""
        pause = self._whole * (0.5 + self._dice.random() / 2)
        self._whole = min(MOST, 2 * self._whole)
        return pause
