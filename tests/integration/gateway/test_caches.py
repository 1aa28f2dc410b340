"""One gateway, several caches behind one setting. Each keeps its own memory here; what they share is another test's."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from support.gateways import World, world
from support.reading import as_shown

from parley_gateway.ranking import ranked

STORY = "Tell a story. [[ttft=0.05 tps=60 tokens=200]]"
ENDLESS = "[[ttft=0.05 tps=40 tokens=4000]]"


@dataclass
class Fleet:
    """Caches by address, to be ended one by one."""

    parley: World
    caches: dict[str, contextlib.AsyncExitStack]

    def cache_of(self, question: str) -> str:
        return ranked(question, self.caches)[0]

    async def end(self, address: str) -> None:
        await self.caches.pop(address).aclose()


@pytest.fixture
async def fleet() -> AsyncIterator[Fleet]:
    async with world() as parley:
        await parley.start_monitor()
        caches = {}
        for _ in range(2):
            await parley.start_cache(settle=0, sweep=0.05)
            assert parley.cache is not None
            caches[parley.cache.address] = parley.cache_stack
        await parley.start_executor()
        await parley.start_gateway(cache=",".join(caches))
        await parley.settled()
        yield Fleet(parley, caches)


async def test_a_live_reply_goes_on_at_the_other_cache(fleet: Fleet) -> None:
    parley = fleet.parley
    question = parley.ask(STORY)
    await parley.streaming(question)
    await fleet.end(fleet.cache_of(question))
    text = await parley.ended(question)
    assert text.split() == as_shown(parley.executions()[0].text).split()
    assert len(parley.executions()) == 1, "Claude was not asked again"
    assert len(parley.replies(question)) == 1


async def test_with_one_cache_gone_every_new_question_is_answered_and_remembered(fleet: Fleet) -> None:
    parley = fleet.parley
    await fleet.end(next(iter(fleet.caches)))
    for number in range(6):
        text = await parley.ended(parley.ask(f"Question {number} [[text=words:40]]", person="Sam"))
        assert text.split() == parley.executions()[-1].text.split(), "no line says that nothing is remembered"


async def test_a_stop_finds_the_cache_that_has_the_turn(fleet: Fleet) -> None:
    parley = fleet.parley
    for _ in range(3):
        question = parley.ask(ENDLESS)
        await parley.streaming(question)
        parley.click("Sam", parley.replies(question)[0])
        assert "Stopped" in await parley.ended(question)
