"""Keeps the capacity map: looks at the fleet when a report came or a silence lasted, and tells what changed."""

from __future__ import annotations

import asyncio

from parley_kit.clock import Clock
from parley_monitor import estimate, saturation
from parley_monitor.fleet import Fleet, SupersededError
from parley_monitor.model import EXECUTOR, CapacityMap, Report
from parley_monitor.ports import Observer
from parley_monitor.publisher import Publisher

JOIN = 0.02
"""Changes within this many seconds are told as one."""


class Assessor:
    """The fleet and the map that is made of it. `interval` in seconds, as reporters are asked for."""

    def __init__(self, fleet: Fleet, clock: Clock, observer: Observer, *, interval: float) -> None:
        self.fleet = fleet
        self.maps: Publisher[CapacityMap] = Publisher()
        self.interval = interval
        self._clock = clock
        self._observer = observer
        self._rate = estimate.ReleaseRate()
        self._touched = asyncio.Event()

    def record(self, stream: int, report: Report) -> None:
        """Take a report. Raises Exhausted when the fleet is full; one of an older stream is dropped."""
        try:
            before = self.fleet.record(stream, report)
        except SupersededError:
            self._observer.reported(report.service, "superseded")
            return
        self._observer.reported(report.service, "accepted")
        self._rate.observe(self._clock.monotonic(), before.slots if before else None, report.slots)
        self._touched.set()

    def end_stream(self, stream: int) -> None:
        """Take note that a stream of reports was ended by its reporter."""
        self.fleet.end_stream(stream)
        self._touched.set()

    async def run(self, ready: asyncio.Event) -> None:
        """Assess until cancelled; set `ready` when the first map is out."""
        await self._listen()
        while True:
            self._touched.clear()
            self._assess()
            ready.set()
            await self._clock.sleep(JOIN)
            await self._touched_within(self.fleet.next_change())

    async def _listen(self) -> None:
        """Wait until the fleet has had its chance to report, so that our own silence never looks like saturation.

        That is one interval; while no executor was heard, as long as silence needs to mean something, for those
        who lost their monitor come back with a pause of up to two seconds.
        """
        began = self._clock.monotonic()
        await self._clock.sleep(self.interval)
        while not self._knows_an_executor():
            left = began + self.fleet.stale_after - self._clock.monotonic()
            if left <= 0:
                return
            self._touched.clear()
            await self._touched_within(left)

    def _knows_an_executor(self) -> bool:
        return any(member.report.service == EXECUTOR for member in self.fleet.members())

    def _assess(self) -> None:
        members = self.fleet.members()
        self._observer.looked(members)
        wait = estimate.wait(members, self._rate.per_second(self._clock.monotonic()))
        capacity = saturation.assess(members, wait)
        if self.maps.newest is None or self.maps.newest.capacity != capacity:
            self.maps.publish(CapacityMap(capacity, self._observer.assessed(capacity)))

    async def _touched_within(self, seconds: float | None) -> None:
        """Wait for a report, at most so long."""
        if seconds is None:
            await self._touched.wait()
            return
        async with asyncio.TaskGroup() as group:
            waits = [group.create_task(self._touched.wait()), group.create_task(self._clock.sleep(seconds))]
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            for wait in waits:
                wait.cancel()
