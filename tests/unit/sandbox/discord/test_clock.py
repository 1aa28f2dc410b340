import asyncio
import time

from parley_sandbox.discord import ManualClock, SystemClock


async def test_sleepers_of_a_manual_clock_wake_in_order_when_it_gets_there() -> None:
    clock, woken = ManualClock(100.0), list[str]()

    async def sleep(name: str, seconds: float) -> None:
        await clock.sleep(seconds)
        woken.append(name)

    async with asyncio.TaskGroup() as tasks:
        for name, seconds in (("late", 5.0), ("soon", 1.0)):
            tasks.create_task(sleep(name, seconds))
        await asyncio.sleep(0)
        clock.advance(2.0)
        await asyncio.sleep(0.01)
        assert woken == ["soon"]
        clock.advance(3.0)
    assert woken == ["soon", "late"]
    assert clock.now() == 105.0


async def test_a_clock_may_run_ahead_of_the_machine() -> None:
    clock = SystemClock(offset=60.0)
    assert 59.0 < clock.now() - time.time() < 61.0
    await clock.sleep(0.0)
