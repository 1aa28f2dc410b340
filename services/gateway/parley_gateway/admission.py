"""Hands out slots: first come, first served, woken by each new map and each slot that comes back."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from parley_gateway.capacity import Capacity, Slot, Wait
from parley_gateway.model import CapacityMap
from parley_kit.clock import Clock

AVOID_SECONDS = 5.0
"""So long who was let down by an executor waits for another one. By then the map does not show it any more, or shows it
because it is well again.
"""


class Admissions:
    """The gateway's queue for slots."""

    def __init__(self, capacity: Capacity, clock: Clock) -> None:
        self.capacity = capacity
        self._clock = clock
        self._line: deque[_Waiting] = deque()

    def update(self, fresh: CapacityMap) -> None:
        """Take a new map."""
        self.capacity.update(fresh)
        self._serve()

    def lost(self) -> None:
        """Note that the monitor's stream broke."""
        self.capacity.lost(self._clock.monotonic())

    async def watch(self) -> None:
        """Serve the line also as time passes: a map grows old, a reservation settles. Until cancelled."""
        while True:
            await self._clock.sleep(self.capacity.limits.settle_after / 2)
            self._serve()

    def look(self) -> Wait | None:
        """Say why one has to wait now; None when a slot is free."""
        got = self.capacity.take(self._clock.monotonic())
        if isinstance(got, Wait):
            return got
        self.capacity.give_back(got)
        return None

    @contextmanager
    def joined(self, avoid: Collection[str] = ()) -> Iterator[asyncio.Future[Slot]]:
        """Stand in line; the future is the slot. Leaving gives the slot back, or the place in the line.

        avoid: addresses that are not wanted for a while.
        """
        until = self._clock.monotonic() + AVOID_SECONDS
        waiting = _Waiting(asyncio.get_running_loop().create_future(), frozenset(avoid), until)
        self._line.append(waiting)
        self._serve()
        try:
            yield waiting.slot
        finally:
            self._leave(waiting)

    @property
    def waiting(self) -> int:
        """How many stand in line."""
        return sum(not one.slot.done() for one in self._line)

    def _serve(self) -> None:
        """Give free slots to the line from its front; one that avoids what is free lets the next pass."""
        now = self._clock.monotonic()
        for waiting in [one for one in self._line if not one.slot.done()]:
            avoid = waiting.avoided(now)
            got = self.capacity.take(now, avoid)
            if isinstance(got, Slot):
                waiting.slot.set_result(got)
                self._line.remove(waiting)
            elif not avoid:
                return

    def _leave(self, waiting: _Waiting) -> None:
        if waiting in self._line:
            self._line.remove(waiting)
        if waiting.slot.done() and not waiting.slot.cancelled():
            self.capacity.give_back(waiting.slot.result())
            self._serve()
        waiting.slot.cancel()


class _Waiting:
    """One turn in line."""

    def __init__(self, slot: asyncio.Future[Slot], avoid: frozenset[str], until: float) -> None:
        self.slot = slot
        self._avoid, self._until = avoid, until

    def avoided(self, now: float) -> frozenset[str]:
        """Return the addresses that it does not want now."""
        return self._avoid if now < self._until else frozenset()
