"""The monitor's own load, reported into its own fleet like everyone else's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from parley_kit.clock import Clock
from parley_monitor.assessor import Assessor
from parley_monitor.model import Report
from parley_monitor.samplers.port import Sampler


class OwnLoad:
    """Reports each interval. `identity` holds what never changes; `in_flight` counts the calls that are open."""

    def __init__(self, assessor: Assessor, clock: Clock, identity: Report, *, process: Sampler, group: Sampler) -> None:
        self._assessor = assessor
        self._clock = clock
        self._identity = identity
        self._process = process
        self._group = group
        self.draining = False

    async def run(self, in_flight: Callable[[], int]) -> None:
        """Report until cancelled."""
        stream = self._assessor.fleet.open_stream()
        while True:
            self._assessor.record(stream, self.report(in_flight()))
            await self._clock.sleep(self._assessor.interval)

    def report(self, in_flight: int) -> Report:
        """Return the load now: memory and cores of the process, shares of what its control group allows."""
        process, group = self._process.sample(), self._group.sample()
        return replace(
            self._identity,
            draining=self.draining,
            memory_bytes=process.memory_bytes or 0,
            cpu_cores=process.cpu_cores or 0.0,
            in_flight=in_flight,
            memory_share=group.memory_share,
            stall_share=group.memory_stall,
        )
