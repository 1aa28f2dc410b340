"""Two caches on one Redis: each is lost in the middle of many replies, and no member sees anything of it."""

from __future__ import annotations

import asyncio

from support.crowd import OTHER, Crowd, standing, two_of_each
from support.system import System

CACHES = ("cache-1", "cache-2")
HOLD = "parley.cache.v1.TurnService/HoldTurn"


async def held(parley: System, cache: str) -> float:
    """Return how many turns a cache carries."""
    return await parley.metric(cache, "parley_grpc_calls_in_flight", rpc_method=HOLD, side="server")


async def carries_all(crowd: Crowd, cache: str) -> None:
    """Wait until one cache carries all turns."""
    async with asyncio.timeout(30):
        while await held(crowd.parley, cache) != len(crowd.asked):  # noqa: ASYNC110 — it looks over HTTP
            await asyncio.sleep(0.1)


async def test_each_cache_dies_in_mid_reply_and_every_reply_is_whole_once() -> None:
    async with two_of_each() as parley:
        crowd = Crowd(parley)
        crowd.ask(same=24, others=7, long=1)
        await crowd.shown()
        assert all([await held(parley, cache) for cache in CACHES]), "both have something to lose"
        for cache, sibling in zip(CACHES, reversed(CACHES), strict=True):
            await parley.stack.children[cache].kill()
            await carries_all(crowd, sibling)
            await parley.stack.children[cache].restart()
        assert crowd.in_mid_stream
        assert await crowd.wrong() == []
        assert crowd.attempts() == crowd.once
        await parley.quiet()


async def test_what_is_asked_while_one_cache_is_dead_is_answered_with_memory_by_the_other() -> None:
    async with two_of_each() as parley:
        crowd = Crowd(parley)
        for cache, sibling in zip(CACHES, reversed(CACHES), strict=True):
            await parley.stack.children[cache].kill()
            crowd.ask(same=8, others=4)
            await crowd.shown()
            await carries_all(crowd, sibling)
            await parley.stack.children[cache].restart()
        assert crowd.in_mid_stream
        assert await crowd.wrong() == []
        assert crowd.attempts() == crowd.once
        await parley.quiet()


async def test_each_cache_dies_while_a_question_waits_and_it_is_answered_after_the_one_before_it() -> None:
    async with two_of_each() as parley:
        crowd = Crowd(parley)
        first, second = OTHER.format("before"), OTHER.format("behind")
        crowd.ask(same=6, others=2)
        crowd.ask_alone("Sam", first)
        await crowd.shown()
        waiting = crowd.ask_alone("Sam", second)
        await parley.until(lambda: bool(standing(parley).get(waiting)))
        for cache, sibling in zip(CACHES, reversed(CACHES), strict=True):
            await parley.stack.children[cache].kill()
            await carries_all(crowd, sibling)
            await parley.stack.children[cache].restart()
        assert not crowd.records(second), "it still waits"
        assert await crowd.wrong() == []
        assert crowd.attempts() == crowd.once
        (before,), (behind,) = crowd.records(first), crowd.records(second)
        answers = [message for message in behind.messages if message["role"] == "assistant"]
        assert [block["text"].split() for answer in answers for block in answer["content"]] == [before.text.split()]
        await parley.quiet()
