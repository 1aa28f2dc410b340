from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley_executor.model import Urgency
from parley_executor.slots import Load, Slots
from parley_kit.clock import settle
from parley_kit.faults import Exhausted, Unavailable

NEVER = 1e9


class Caller:
    """Holds a slot until it is told to let go."""

    def __init__(self, slots: Slots, urgency: Urgency = Urgency.INTERACTIVE, deadline: float = NEVER) -> None:
        self.slots, self.urgency, self.deadline = slots, urgency, deadline
        self.inside = False
        self.waited = -1.0
        self.leave = asyncio.Event()

    async def __call__(self) -> None:
        async with self.slots.hold(self.urgency, self.deadline) as self.waited:
            self.inside = True
            await self.leave.wait()


async def test_a_free_slot_is_taken_at_once_and_freed_at_the_end() -> None:
    slots = Slots(2, queue=4, patience=10)
    async with slots.hold(Urgency.INTERACTIVE, NEVER) as waited:
        assert waited < 1
        assert slots.load == Load(total=2, busy=1, waiting=0, draining=False)
    assert slots.load.busy == 0


async def test_a_slot_is_freed_when_its_work_fails() -> None:
    slots = Slots(1, queue=0, patience=10)
    with pytest.raises(ValueError, match="mistake"):
        async with slots.hold(Urgency.INTERACTIVE, NEVER):
            raise ValueError("mistake")
    assert slots.load.busy == 0


async def test_who_finds_no_slot_waits_and_gets_the_next() -> None:
    slots = Slots(1, queue=4, patience=10)
    first, second = Caller(slots), Caller(slots)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(first())
        await settle()
        tasks.create_task(second())
        await settle()
        assert slots.load == Load(total=1, busy=1, waiting=1, draining=False)
        assert not second.inside
        first.leave.set()
        await settle()
        assert second.inside
        assert slots.load == Load(total=1, busy=1, waiting=0, draining=False)
        second.leave.set()
    assert slots.load.busy == 0


async def test_who_is_watched_goes_before_who_is_not() -> None:
    slots = Slots(1, queue=4, patience=10)
    first, background, watched = Caller(slots), Caller(slots, Urgency.BACKGROUND), Caller(slots)
    async with asyncio.TaskGroup() as tasks:
        for caller in (first, background, watched):
            tasks.create_task(caller())
            await settle()
        first.leave.set()
        await settle()
        assert (watched.inside, background.inside) == (True, False)
        watched.leave.set()
        await settle()
        assert background.inside
        background.leave.set()


@pytest.mark.parametrize(("patience", "deadline"), [(0.01, NEVER), (NEVER, 0.01)])
async def test_waiting_ends_by_the_setting_or_by_the_deadline_whichever_is_first(
    patience: float, deadline: float
) -> None:
    slots = Slots(1, queue=4, patience=patience)
    loop = asyncio.get_running_loop()
    async with slots.hold(Urgency.INTERACTIVE, NEVER):
        with pytest.raises(Exhausted) as caught:
            await Caller(slots, deadline=loop.time() + deadline)()
        assert caught.value.reason == "POOL_FULL"
        assert caught.value.retry_after is not None
        assert slots.load.waiting == 0
    assert slots.load.busy == 0


async def test_a_full_queue_refuses_at_once() -> None:
    slots = Slots(1, queue=0, patience=NEVER)
    async with slots.hold(Urgency.INTERACTIVE, NEVER):
        with pytest.raises(Exhausted, match="taken"):
            await Caller(slots)()


async def test_who_stops_waiting_leaves_no_trace() -> None:
    slots = Slots(1, queue=4, patience=NEVER)
    async with slots.hold(Urgency.INTERACTIVE, NEVER):
        waiting = asyncio.create_task(Caller(slots)())
        await settle()
        waiting.cancel()
        await asyncio.wait([waiting])
        assert slots.load.waiting == 0
    assert slots.load.busy == 0


async def test_a_slot_handed_over_to_who_just_left_goes_on_to_the_next() -> None:
    slots = Slots(1, queue=4, patience=NEVER)
    first, gone, next_one = Caller(slots), Caller(slots), Caller(slots)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(first())
        await settle()
        leaving = tasks.create_task(gone())
        tasks.create_task(next_one())
        await settle()
        slots._release()  # the slot of `first` ends, and in the same moment …
        leaving.cancel()
        await settle()
        assert next_one.inside
        assert not gone.inside
        slots._busy += 1  # … `first` gives its slot back once more below
        first.leave.set()
        next_one.leave.set()
    assert slots.load == Load(total=1, busy=0, waiting=0, draining=False)


async def test_draining_is_told_at_once_and_new_work_is_refused_after_the_announcement() -> None:
    slots = Slots(1, queue=4, patience=NEVER)
    slots.drain(NEVER)
    assert slots.load.draining
    async with slots.hold(Urgency.INTERACTIVE, NEVER):
        pass
    slots.drain(0)
    with pytest.raises(Unavailable) as caught:
        await Caller(slots)()
    assert caught.value.reason == "DRAINING"


async def test_idle_comes_when_the_last_call_ended() -> None:
    slots = Slots(2, queue=4, patience=NEVER)
    await slots.idle()
    caller = Caller(slots)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(caller())
        await settle()
        idle = tasks.create_task(slots.idle())
        await settle()
        assert not idle.done()
        caller.leave.set()
        await asyncio.wait_for(idle, 5)


async def test_every_change_wakes_who_watches() -> None:
    slots = Slots(1, queue=4, patience=NEVER)
    change = slots.changes.next()
    async with slots.hold(Urgency.INTERACTIVE, NEVER):
        assert change.is_set()
        change = slots.changes.next()
        assert not change.is_set()
    assert change.is_set()


Step = st.tuples(st.sampled_from(["come", "leave", "cancel"]), st.integers(0, 9))


@given(total=st.integers(1, 3), queue=st.integers(0, 3), steps=st.lists(Step, max_size=30))
def test_never_more_than_the_slots_are_inside_and_none_is_lost(
    total: int, queue: int, steps: list[tuple[str, int]]
) -> None:
    asyncio.run(_play(total, queue, steps))


async def _play(total: int, queue: int, steps: list[tuple[str, int]]) -> None:
    slots = Slots(total, queue, patience=NEVER)
    callers: list[tuple[Caller, asyncio.Task[None]]] = []
    for action, number in steps:
        await _step(slots, callers, action, number)()
        inside = [caller for caller, task in callers if caller.inside and not task.done()]
        waiting = [caller for caller, task in callers if not caller.inside and not task.done()]
        assert slots.load == Load(total=total, busy=len(inside), waiting=len(waiting), draining=False)
        assert not waiting or len(inside) == total
        assert len(inside) <= total
        assert len(waiting) <= queue
    for _, task in callers:
        task.cancel()
    await asyncio.gather(*(task for _, task in callers), return_exceptions=True)
    assert slots.load == Load(total=total, busy=0, waiting=0, draining=False)


def _step(
    slots: Slots, callers: list[tuple[Caller, asyncio.Task[None]]], action: str, number: int
) -> Callable[[], Awaitable[None]]:
    if action == "come":
        caller = Caller(slots, list(Urgency)[number % 2])
        callers.append((caller, asyncio.create_task(caller())))
    elif callers and action == "leave":
        callers[number % len(callers)][0].leave.set()
    elif callers:
        callers[number % len(callers)][1].cancel()
    return settle
