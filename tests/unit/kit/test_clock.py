from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from parley_kit.clock import ManualClock, SystemClock


async def test_a_manual_clock_stands_still() -> None:
    clock = ManualClock(datetime(2026, 5, 1, tzinfo=UTC))
    await asyncio.sleep(0.01)
    assert (clock.now(), clock.monotonic()) == (datetime(2026, 5, 1, tzinfo=UTC), 0.0)


async def test_an_advance_moves_both_times() -> None:
    clock = ManualClock(datetime(2026, 5, 1, tzinfo=UTC))
    await clock.advance(90)
    assert clock.now() == datetime(2026, 5, 1, tzinfo=UTC) + timedelta(seconds=90)
    assert clock.monotonic() == 90


@given(st.lists(st.floats(0.001, 10), min_size=1, max_size=8))
async def test_sleepers_wake_in_their_order_each_at_its_time(waits: list[float]) -> None:
    clock = ManualClock()
    woken: list[tuple[float, float]] = []

    async def sleeper(seconds: float) -> None:
        await clock.sleep(seconds)
        woken.append((seconds, clock.monotonic()))

    async with asyncio.TaskGroup() as tasks:
        for seconds in waits:
            tasks.create_task(sleeper(seconds))
        await clock.advance(10)
    assert [at for _, at in woken] == sorted(waits)
    assert all(at == seconds for seconds, at in woken)
    assert clock.sleeping == 0


async def test_who_sleeps_again_wakes_again_within_one_advance() -> None:
    clock = ManualClock()
    ticks: list[float] = []

    async def tick() -> None:
        while True:
            await clock.sleep(1)
            ticks.append(clock.monotonic())

    ticking = asyncio.create_task(tick())
    await clock.advance(3.5)
    assert ticks == [1, 2, 3]
    ticking.cancel()
    await asyncio.gather(ticking, return_exceptions=True)
    await clock.advance(5)
    assert (ticks, clock.sleeping) == ([1, 2, 3], 0)


async def test_nobody_wakes_early() -> None:
    clock = ManualClock()
    sleeping = asyncio.create_task(clock.sleep(2))
    await clock.advance(1.999)
    assert not sleeping.done()
    await clock.advance(0.001)
    assert sleeping.done()


async def test_no_time_is_no_wait() -> None:
    clock = ManualClock()
    await clock.sleep(0)
    await clock.sleep(-1)
    assert clock.monotonic() == 0


async def test_the_system_s_clock_is_aware_and_only_grows() -> None:
    clock = SystemClock()
    before = clock.monotonic()
    await clock.sleep(0.01)
    await clock.sleep(-1)
    assert clock.monotonic() - before >= 0.009
    assert clock.now().tzinfo is UTC
