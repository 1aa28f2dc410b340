from __future__ import annotations

import asyncio
from collections.abc import Sequence

from typing_extensions import override

from parley_kit.clock import ManualClock
from parley_monitor.assessor import Assessor
from parley_monitor.fleet import Fleet
from parley_monitor.load import OwnLoad
from parley_monitor.model import Capacity, Member, Report
from parley_monitor.ports import Observer
from parley_monitor.samplers.port import Sample, Sampler


class Silent(Observer):
    @override
    def reported(self, service: str, outcome: str) -> None: ...

    @override
    def looked(self, members: Sequence[Member]) -> None: ...

    @override
    def assessed(self, capacity: Capacity) -> str:
        return ""


class Fixed(Sampler):
    def __init__(self, sample: Sample) -> None:
        self._sample = sample

    @override
    def sample(self) -> Sample:
        return self._sample


def own_load(clock: ManualClock, process: Sample, group: Sample) -> tuple[OwnLoad, Fleet]:
    fleet = Fleet(clock, interval=1.0, forget_after=30.0)
    assessor = Assessor(fleet, clock, Silent(), interval=1.0)
    identity = Report("monitor", "monitor-1", address="127.0.0.1:1", version="1")
    return OwnLoad(assessor, clock, identity, process=Fixed(process), group=Fixed(group)), fleet


async def test_the_monitor_stays_live_in_its_own_fleet() -> None:
    clock = ManualClock()
    load, fleet = own_load(clock, Sample(memory_bytes=7, cpu_cores=0.5), Sample(10, 40, memory_stall=0.1))
    reporting = asyncio.create_task(load.run(lambda: 3))
    await clock.advance(5.5)
    (member,) = fleet.members()
    assert member.age == 0.5
    assert member.report == Report(
        "monitor",
        "monitor-1",
        address="127.0.0.1:1",
        version="1",
        memory_bytes=7,
        cpu_cores=0.5,
        in_flight=3,
        memory_share=0.25,
        stall_share=0.1,
    )
    reporting.cancel()
    await asyncio.gather(reporting, return_exceptions=True)


def test_what_cannot_be_read_stays_unknown() -> None:
    load, _ = own_load(ManualClock(), Sample(), Sample())
    report = load.report(0)
    assert (report.memory_share, report.stall_share) == (None, None)


def test_a_draining_monitor_says_so() -> None:
    load, _ = own_load(ManualClock(), Sample(), Sample())
    load.draining = True
    assert load.report(0).draining
