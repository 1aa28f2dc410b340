"""Whoever waits learns of every change, each subject once however often it changed."""

import asyncio
from collections.abc import AsyncIterator, Sequence

from support.cache_turns import Gateway, StoreBench

from parley_cache.model import Named
from parley_cache.store.port import EVERYTHING
from parley_cache.store.tables import EXPIRY, turn_subject


async def _next(changes: AsyncIterator[Sequence[str]]) -> set[str]:
    async with asyncio.timeout(30):
        return set(await anext(changes))


async def test_a_subscription_begins_with_everything(bench: StoreBench) -> None:
    assert await _next(bench.store.changes()) == {EVERYTHING}


async def test_followers_hear_of_text_and_turns_of_stops(bench: StoreBench, gateway: Gateway) -> None:
    leader = await gateway.open("1000")
    view = await bench.store.look(leader.right, leader.told.seen)
    assert view.log is not None
    changes = bench.store.changes()
    await _next(changes)
    await leader.say("a")
    await leader.say("b")
    assert await _next(changes) == {f"log:{view.log.id}"}
    await leader.stop()
    while turn_subject("1000") not in (heard := await _next(changes)):
        assert heard == {f"log:{view.log.id}"}, "the second piece of text may be told by itself"


async def test_those_in_the_queue_hear_of_each_move(bench: StoreBench, gateway: Gateway) -> None:
    holds = [await gateway.open(str(1000 + n), prompt=str(n), reference=Named("chat")) for n in range(3)]
    changes = bench.store.changes()
    await _next(changes)
    await holds[0].end()
    assert {turn_subject("1001"), turn_subject("1002")} <= await _next(changes)


async def test_a_lease_that_is_given_back_is_told_at_once(bench: StoreBench, gateway: Gateway) -> None:
    leader = await gateway.open("1000")
    changes = bench.store.changes()
    await _next(changes)
    await leader.release()
    assert EXPIRY in await _next(changes)


async def test_every_subscription_hears_everything(bench: StoreBench, gateway: Gateway) -> None:
    turn = await gateway.open("1000")
    several = [bench.store.changes() for _ in range(3)]
    for changes in several:
        await _next(changes)
    await turn.stop()
    for changes in several:
        assert turn_subject("1000") in await _next(changes)


async def test_a_subscription_that_is_left_is_forgotten(bench: StoreBench, gateway: Gateway) -> None:
    turn = await gateway.open("1000")
    changes = bench.store.changes()
    await _next(changes)
    await changes.aclose()  # type: ignore[attr-defined]  # every adapter writes it as a generator
    await turn.stop()


async def test_what_only_its_holder_waits_for_is_answered_and_not_told(bench: StoreBench, gateway: Gateway) -> None:
    changes = bench.store.changes()
    await _next(changes)
    first = await gateway.open("1000")
    await first.end()
    other = await gateway.open("1001", prompt="another")
    await other.stop()
    assert await _next(changes) == {turn_subject("1001")}


async def test_who_opened_a_turn_before_hears_that_it_is_opened_again(bench: StoreBench, gateway: Gateway) -> None:
    await gateway.open("1000")
    changes = bench.store.changes()
    await _next(changes)
    await gateway.open("1000")
    assert turn_subject("1000") in await _next(changes)
