from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from support.caches import ScriptedStore

from parley_gateway.claims import Duplicate, Open, TurnState
from parley_gateway.model import Named, Prompt
from parley_gateway.ranking import ranked
from parley_gateway.siblings import Siblings
from parley_gateway.terms import Terms
from parley_gateway.turns.hold import Hold, Lost
from parley_gateway.turns.standby import Standby
from parley_kit.clock import ManualClock, settle
from parley_kit.faults import Unavailable

CHANNEL = "20"
FIRST, SECOND = ranked(CHANNEL, ["a", "b"])


@dataclass
class Second:
    """A gateway that does not go first, with a turn about which the cache is silent."""

    clock: ManualClock
    store: ScriptedStore
    siblings: Siblings
    hold: Hold
    waiting: asyncio.Task[bool]
    looks: list[bool]
    """What a look into Discord finds, one after the other; with none left, no answer."""


@pytest.fixture
async def second() -> AsyncIterator[Second]:
    clock = ManualClock()
    store = ScriptedStore(clock, "a:1")
    store.away = True
    siblings = Siblings(SECOND)
    siblings.update((FIRST, SECOND))
    prompt = Prompt("9", CHANNEL, "9", "10", "30", "Ada", "en-GB", "hello", Named("c"), clock.now(), clock.now())
    hold = Hold(store, Open(prompt, Terms("claude", "", 100)), clock)
    looks: list[bool] = []

    async def begun() -> bool:
        return looks.pop(0) if looks else False

    tasks = [
        asyncio.create_task(hold.run()),
        asyncio.create_task(Standby(prompt, hold, siblings, clock, begun=begun).our_turn()),
    ]
    await settle()
    yield Second(clock, store, siblings, hold, tasks[1], looks)  # type: ignore[arg-type]  # the one that returns a bool
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)


async def test_the_first_one_answers_for_as_long_as_it_lives(second: Second) -> None:
    await second.clock.advance(60)
    assert not second.waiting.done()
    assert second.hold.standing_by
    second.siblings.update((SECOND,))
    await second.clock.advance(1)
    assert await second.waiting, "it is gone, so we answer"
    assert not second.hold.standing_by


async def test_it_keeps_asking_but_seldom_so_that_the_one_who_answers_is_heard_first(second: Second) -> None:
    await second.clock.advance(20)
    second.store.away = False
    seconds = 0.0
    while not second.store.calls:
        await second.clock.advance(0.1)
        seconds += 0.1
    assert 0.0 < seconds < 5.2
    second.store.calls[0].tell(Duplicate(TurnState.OPENED))
    await second.clock.advance(1)
    assert not await second.waiting
    assert second.hold.lost
    assert second.hold.news.get_nowait() == Lost()


async def test_when_the_cache_gives_it_the_turn_it_goes_on_as_always(second: Second) -> None:
    second.store.away = False
    await second.clock.advance(1)
    second.store.calls[0].grant()
    await second.clock.advance(1)
    assert not await second.waiting
    assert await second.hold.own()


async def test_a_question_of_15_minutes_ago_is_left(second: Second) -> None:
    await second.clock.advance(899)
    assert not second.waiting.done()
    await second.clock.advance(3)
    assert not await second.waiting
    assert second.hold.lost


async def test_a_broken_stream_is_no_word(second: Second) -> None:
    second.store.away = False
    await second.clock.advance(1)
    second.store.calls[0].fail(Unavailable("UNAVAILABLE", "gone"))
    await second.clock.advance(10)
    assert not second.waiting.done()


async def test_where_nobody_tells_who_lives_it_looks_whether_the_other_one_has_begun(second: Second) -> None:
    second.looks.extend([True, True])
    second.siblings.lost(second.clock.monotonic())
    await second.clock.advance(44)
    assert second.looks == [], "it looked after 15 and after 30 seconds"
    assert not second.waiting.done()
    await second.clock.advance(2)
    assert await second.waiting, "what was begun is gone"


async def test_where_nobody_tells_who_lives_and_no_answer_is_begun_it_answers(second: Second) -> None:
    second.siblings.lost(second.clock.monotonic())
    await second.clock.advance(14)
    assert not second.waiting.done()
    await second.clock.advance(2)
    assert await second.waiting
