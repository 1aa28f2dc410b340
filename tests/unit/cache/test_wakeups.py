import asyncio

from support.cache_turns import Gateway

from parley_cache.limits import Limits
from parley_cache.store.memory import MemoryStore
from parley_cache.store.tables import turn_subject
from parley_cache.wakeups import Wakeups
from parley_kit.clock import ManualClock, settle


async def test_a_stream_is_woken_by_its_own_subjects_only() -> None:
    store = MemoryStore(Limits(), ManualClock())
    wakeups = Wakeups(store)
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(wakeups.run())
        await settle()
        with wakeups.listen(turn_subject("1000")) as mine, wakeups.listen(turn_subject("1001")) as other:
            turn = await Gateway(store).open("1000")
            await turn.stop()
            await settle()
            async with asyncio.timeout(30):
                await mine.wait()
            assert not other._news.is_set()
        assert wakeups._heard == {}
        running.cancel()


async def test_a_stream_that_came_before_the_subscription_is_woken_by_it() -> None:
    store = MemoryStore(Limits(), ManualClock())
    wakeups = Wakeups(store)
    with wakeups.listen("turn:1") as ears:
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(wakeups.run())
            async with asyncio.timeout(30):
                await ears.wait()
            running.cancel()


async def test_a_wake_up_before_the_wait_is_not_lost() -> None:
    with Wakeups(MemoryStore(Limits(), ManualClock())).listen("turn:1") as ears:
        ears.wake()
        async with asyncio.timeout(30):
            await ears.wait()


async def test_listening_again_to_a_subject_says_that_it_is_known() -> None:
    with Wakeups(MemoryStore(Limits(), ManualClock())).listen("turn:1") as ears:
        assert ears.add("log:1")
        assert not ears.add("log:1")
