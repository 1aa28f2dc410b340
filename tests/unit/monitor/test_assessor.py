from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from support.fleet import executor, gateway
from typing_extensions import override

from parley_kit.clock import ManualClock
from parley_monitor.assessor import JOIN, Assessor
from parley_monitor.fleet import Fleet
from parley_monitor.model import Capacity, CapacityMap, Member, Tier
from parley_monitor.ports import Observer


class Notes(Observer):
    def __init__(self) -> None:
        self.reports: list[tuple[str, str]] = []
        self.maps: list[Capacity] = []
        self.looks = 0

    @override
    def reported(self, service: str, outcome: str) -> None:
        self.reports.append((service, outcome))

    @override
    def looked(self, members: Sequence[Member]) -> None:
        self.looks += 1

    @override
    def assessed(self, capacity: Capacity) -> str:
        self.maps.append(capacity)
        return f"assessment {len(self.maps)}"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest.fixture
def assessor(clock: ManualClock, notes: Notes) -> Assessor:
    return Assessor(Fleet(clock, interval=1.0, forget_after=30.0), clock, notes, interval=1.0)


@asynccontextmanager
async def assessing(assessor: Assessor) -> AsyncIterator[asyncio.Event]:
    ready = asyncio.Event()
    task = asyncio.create_task(assessor.run(ready))
    try:
        yield ready
        assert not task.done(), task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_fresh_monitor_says_nothing_for_one_interval(
    assessor: Assessor, clock: ManualClock, notes: Notes
) -> None:
    async with assessing(assessor) as ready:
        assessor.record(1, executor())
        await clock.advance(0.999)
        assert (ready.is_set(), assessor.maps.newest) == (False, None)
        await clock.advance(0.001)
        assert ready.is_set()
        assert assessor.maps.newest == CapacityMap(notes.maps[0], "assessment 1")
        assert notes.maps[0].tier is Tier.NORMAL


async def test_a_fresh_monitor_that_heard_no_executor_listens_until_silence_means_something(
    assessor: Assessor, clock: ManualClock, notes: Notes
) -> None:
    async with assessing(assessor) as ready:
        assessor.record(1, gateway())
        await clock.advance(2.9)
        assert not ready.is_set()
        await clock.advance(0.1)
        assert ready.is_set()
        assert notes.maps[0].tier is Tier.UNAVAILABLE


async def test_an_executor_that_comes_back_late_makes_the_fresh_monitor_ready_at_once(
    assessor: Assessor, clock: ManualClock, notes: Notes
) -> None:
    async with assessing(assessor) as ready:
        await clock.advance(2)
        assessor.record(1, executor())
        await clock.advance(0)
        assert ready.is_set()
        assert [each.tier for each in notes.maps] == [Tier.NORMAL]


async def test_each_change_is_told_and_what_stays_the_same_is_not(
    assessor: Assessor, clock: ManualClock, notes: Notes
) -> None:
    async with assessing(assessor):
        assessor.record(1, executor(busy=1))
        await clock.advance(1.5)
        assessor.record(1, executor(busy=1, memory_bytes=5))
        await clock.advance(1)
        assert len(notes.maps) == 1
        assessor.record(1, executor(busy=2))
        await clock.advance(1)
        assert [each.executors[0].free for each in notes.maps] == [3, 2]


async def test_changes_that_come_together_are_told_together(
    assessor: Assessor, clock: ManualClock, notes: Notes
) -> None:
    async with assessing(assessor):
        assessor.record(1, executor())
        await clock.advance(1.5)
        for busy in (1, 2, 3):
            assessor.record(1, executor(busy=busy))
            await clock.advance(JOIN / 10)
        await clock.advance(JOIN)
        assert [each.executors[0].free for each in notes.maps] == [4, 3, 1]


async def test_silence_alone_changes_the_map(assessor: Assessor, clock: ManualClock, notes: Notes) -> None:
    async with assessing(assessor):
        assessor.record(1, executor())
        await clock.advance(2.9)
        assert [each.tier for each in notes.maps] == [Tier.NORMAL]
        await clock.advance(0.2)
        assert [each.tier for each in notes.maps] == [Tier.NORMAL, Tier.BUSY]
        assert notes.maps[-1].executors[0].stale
        await clock.advance(30)
        assert notes.maps[-1] == Capacity(Tier.UNAVAILABLE, (), ())


async def test_a_quiet_fleet_costs_no_looks(assessor: Assessor, clock: ManualClock, notes: Notes) -> None:
    async with assessing(assessor):
        assessor.record(1, executor())
        await clock.advance(40)
        before = notes.looks
        await clock.advance(3600)
        assert notes.looks == before


async def test_who_drained_and_left_is_told_as_gone_at_once(
    assessor: Assessor, clock: ManualClock, notes: Notes
) -> None:
    async with assessing(assessor):
        stream = assessor.fleet.open_stream()
        assessor.record(stream, executor(draining=True))
        await clock.advance(1.5)
        assert notes.maps[-1].executors[0].draining
        assessor.end_stream(stream)
        await clock.advance(0.1)
        assert notes.maps[-1].executors == ()


async def test_reports_of_an_older_stream_are_dropped_and_counted(assessor: Assessor, notes: Notes) -> None:
    assessor.record(2, executor(busy=1))
    assessor.record(1, executor(busy=4))
    assert notes.reports == [("executor", "accepted"), ("executor", "superseded")]
    assert [member.report.slots for member in assessor.fleet.members()] == [executor(busy=1).slots]


async def test_a_full_house_tells_how_long_a_turn_waits(assessor: Assessor, clock: ManualClock, notes: Notes) -> None:
    async with assessing(assessor):
        for _ in range(10):
            assessor.record(1, executor(busy=4))
            await clock.advance(0.5)
            assessor.record(1, executor(busy=3))
            await clock.advance(0.5)
        assessor.record(1, executor(busy=4, waiting=3))
        await clock.advance(0.5)
        assert notes.maps[-1].tier is Tier.BUSY
        assert notes.maps[-1].estimate == timedelta(seconds=5)
