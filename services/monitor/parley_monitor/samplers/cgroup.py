"""This process's control group: memory used and allowed, cores used since the last sample, memory pressure."""

from __future__ import annotations

from typing_extensions import override

from parley_kit.cgroup import ControlGroup
from parley_kit.clock import Clock
from parley_monitor.samplers.port import Sample, Sampler


class CgroupSampler(Sampler):
    """Samples a group; what it does not tell is left out."""

    def __init__(self, clock: Clock, group: ControlGroup | None = None) -> None:
        self._clock = clock
        self._group = group or ControlGroup()
        self._last: tuple[float, float] | None = None

    @override
    def sample(self) -> Sample:
        group = self._group
        return Sample(
            memory_bytes=group.memory_bytes(),
            memory_limit_bytes=group.memory_limit_bytes(),
            cpu_cores=self._cores(),
            memory_stall=group.memory_stall(),
        )

    def _cores(self) -> float | None:
        used = self._group.cpu_seconds()
        if used is None:
            return None
        now, last = self._clock.monotonic(), self._last
        self._last = (now, used)
        if last is None or now <= last[0]:
            return None
        return max(0.0, used - last[1]) / (now - last[0])
