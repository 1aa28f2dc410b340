"""How long a turn that finds no slot waits: the line before it over the rate at which slots come free. Pure.

A slot is seen to come free when an instance holds less work than in its report before. Work that ended and was
replaced between two reports is not seen, so the rate is a lower bound and the guess errs towards waiting longer.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from datetime import timedelta

from parley_monitor.model import EXECUTOR, Member, Slots, State

WINDOW = 120.0
SHORTEST = 5.0
STEPS = (1, 2, 3, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600)


class ReleaseRate:
    """How many slots came free per second, over the last `window` seconds."""

    def __init__(self, window: float = WINDOW) -> None:
        self._window = window
        self._buckets: deque[tuple[int, int]] = deque()
        self._since: float | None = None

    def observe(self, now: float, before: Slots | None, after: Slots | None) -> None:
        """Take two reports of one instance that follow each other; `now` in seconds."""
        if self._since is None:
            self._since = now
        freed = released(before, after)
        if not freed:
            return
        second, count = int(now), 0
        if self._buckets and self._buckets[-1][0] == second:
            count = self._buckets.pop()[1]
        self._buckets.append((second, count + freed))

    def per_second(self, now: float) -> float | None:
        """Return the rate; None while no slot was seen to come free."""
        while self._buckets and self._buckets[0][0] < now - self._window:
            self._buckets.popleft()
        if not self._buckets or self._since is None:
            return None
        observed = min(max(now - self._since, SHORTEST), self._window)
        return sum(count for _, count in self._buckets) / observed


def released(before: Slots | None, after: Slots | None) -> int:
    """Return how much work ended between two reports of one instance, at least."""
    if before is None or after is None:
        return 0
    return max(0, before.held - after.held)


def wait(members: Iterable[Member], rate: float | None) -> timedelta | None:
    """Return how long the next turn waits; None where no live executor is or nothing is known of its pace."""
    lines = [
        member.report.slots.waiting
        for member in members
        if member.report.service == EXECUTOR and member.state is State.LIVE and member.report.slots is not None
    ]
    if not lines or not rate:
        return None
    return timedelta(seconds=_step((sum(lines) + 1) / rate))


def _step(seconds: float) -> int:
    """Round up to a step that a person would say, so that a guess does not change at each report."""
    return next((step for step in STEPS if seconds <= step), STEPS[-1])
