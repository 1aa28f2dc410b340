"""This process: its resident memory and the cores that it used since the last sample."""

from __future__ import annotations

from typing_extensions import override

from parley_kit.process import CpuMeter, resident_bytes
from parley_monitor.samplers.port import Sample, Sampler


class ProcessSampler(Sampler):
    """Figures of this process alone, whatever else runs in its container."""

    def __init__(self) -> None:
        self._meter = CpuMeter()

    @override
    def sample(self) -> Sample:
        return Sample(memory_bytes=resident_bytes() or None, cpu_cores=self._meter.cores())
