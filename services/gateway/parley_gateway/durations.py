"""How long answers took of late: by that a member in line is told a time. Pure."""

from __future__ import annotations

import statistics
from collections import deque
from dataclasses import dataclass, field
from datetime import timedelta

MOST = 50
"""So many answers are looked back at."""


@dataclass(slots=True)
class Durations:
    """Of this gateway's answers, from where the conversation was theirs to the last edit."""

    _seconds: deque[float] = field(default_factory=lambda: deque(maxlen=MOST))

    def note(self, seconds: float) -> None:
        """Take another answer."""
        self._seconds.append(seconds)

    def after(self, answers: int) -> timedelta | None:
        """Return how long so many answers take one after the other, by the median; None: there was none yet."""
        return timedelta(seconds=answers * statistics.median(self._seconds)) if self._seconds else None
