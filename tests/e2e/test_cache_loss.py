"""Two caches on one Redis: each is lost in the middle of many replies, and no member sees anything of it."""

from __future__ import annotations

import asyncio

from support.crowd import CACHES, OTHER, Crowd, standing
from support.system import PATIENCE, System

HOLD = "parley.cache.v1.TurnService/HoldTurn"


async def held(parley: System, cache: str) -> float:
    """Return how many turns a cache carries."""
    return await parley.metric(cache, "parley_grpc_calls_in_flight", rpc_method=HOLD, side="server")


async def carries_all(crowd: Crowd, cache: str) -> None:
    """Wait until one cache carries all turns."""
    async with asyncio.timeout(PATIENCE):
        while await held(crowd.parley, cache) != len(crowd.asked):  # noqa: ASYNC110 — it looks over HTTP
            await asyncio.sleep(0.1)


async def lose_each(crowd: Crowd) -> None:
    """Kill each cache, and start it again when the other one carries all turns."""
    for cache, sibling in zip(CACHES, reversed(CACHES), strict=True):
        await crowd.parley.stack.children[cache].kill()
        await carries_all(crowd, sibling)
        await crowd.parley.stack.children[cache].restart()


async def test_each_cache_dies_in_mid_reply_and_every_reply_is_whole_once(crowd: Crowd) -> None:
    crowd.ask(same=24, others=7, long=1)
    await crowd.shown()
    assert all([await held(crowd.parley, cache) for cache in CACHES]), "both have something to lose"
    await lose_each(crowd)
    assert crowd.in_mid_stream
    assert await crowd.wrong() == []
    assert crowd.attempts() == crowd.once


async def test_what_is_asked_while_one_cache_is_dead_is_answered_with_memory_by_the_other(crowd: Crowd) -> None:
    for cache, sibling in zip(CACHES, reversed(CACHES), strict=True):
        await crowd.parley.stack.children[cache].kill()
        crowd.ask(same=8, others=4)
        await crowd.shown()
        await carries_all(crowd, sibling)
        await crowd.parley.stack.children[cache].restart()
    assert crowd.in_mid_stream
    assert await crowd.wrong() == []
    assert crowd.attempts() == crowd.once


async def test_each_cache_dies_while_a_question_waits_and_it_is_answered_after_the_one_before_it(crowd: Crowd) -> None:
    first, second = OTHER.format("before"), OTHER.format("behind")
    crowd.ask(same=6, others=2)
    crowd.ask_alone("Sam", first)
    await crowd.shown()
    waiting = crowd.ask_alone("Sam", second)
    await crowd.parley.until(lambda: bool(standing(crowd.parley).get(waiting)))
    await lose_each(crowd)
    assert not crowd.records(second), "it still waits"
    assert await crowd.wrong() == []
    assert crowd.attempts() == crowd.once
    (before,), (behind,) = crowd.records(first), crowd.records(second)
    answers = [message for message in behind.messages if message["role"] == "assistant"]
    assert [block["text"].split() for answer in answers for block in answer["content"]] == [before.text.split()]
