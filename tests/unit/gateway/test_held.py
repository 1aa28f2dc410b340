"""How many bytes of files turns hold at once."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley_gateway.discord.held import Held

MOST = 100


async def settled() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


class Turns:
    """Turns that hold files until they are let go. inside: sizes of those that do, in the order in which they came in."""

    def __init__(self, held: Held, tasks: asyncio.TaskGroup) -> None:
        self.held, self.tasks = held, tasks
        self.inside: list[int] = []
        self.greatest = 0

    def come(self, size: int) -> asyncio.Event:
        leave = asyncio.Event()
        self.tasks.create_task(self._hold(size, leave))
        return leave

    async def _hold(self, size: int, leave: asyncio.Event) -> None:
        async with self.held.room(size):
            self.inside.append(size)
            self.greatest = max(self.greatest, sum(self.inside))
            await leave.wait()
            self.inside.remove(size)


@given(st.lists(st.integers(0, MOST), max_size=30))
def test_never_more_than_the_bound_is_held_and_all_get_their_turn(sizes: list[int]) -> None:
    async def run() -> Turns:
        async with asyncio.TaskGroup() as tasks:
            turns = Turns(Held(MOST), tasks)
            for leave in [turns.come(size) for size in sizes]:
                await settled()
                leave.set()
        return turns

    assert asyncio.run(run()).greatest <= MOST


async def test_small_ones_are_held_together_and_a_large_one_is_not_passed_by_who_came_later() -> None:
    async with asyncio.TaskGroup() as tasks:
        turns = Turns(Held(MOST), tasks)
        first = [turns.come(10) for _ in range(5)]
        large = turns.come(60)
        later = turns.come(11)
        await settled()
        assert turns.inside == [10] * 5
        assert turns.held.full(1), "who comes now stands behind them"
        first.pop().set()
        await settled()
        assert turns.inside == [10] * 4 + [60]
        for leave in (*first, large, later):
            leave.set()
    assert not turns.held.full(MOST)


async def test_one_alone_may_hold_more_than_the_bound() -> None:
    held = Held(MOST)
    assert not held.full(MOST + 1)
    async with held.room(MOST + 1):
        assert held.full(1)


async def test_who_gives_up_waiting_leaves_no_trace() -> None:
    held = Held(MOST)
    async with held.room(60):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01), held.room(50):
                pytest.fail("there is no room")
        assert not held.full(40)
    assert not held.full(MOST)
