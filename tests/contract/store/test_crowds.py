"""Many records in one operation, wherever they lie; `test_redis_ways` counts the ways that they take."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.cache_turns import Gateway, Hold, StoreBench
from support.redis_server import redis_server
from support.redis_stores import bench_on, target_of

from parley_cache import purging
from parley_cache.limits import Limits
from parley_cache.model import Source
from parley_cache.store.memory import MemoryStore
from parley_cache.words import StopRequested
from parley_kit.clock import ManualClock

MANY = 60
LIMITS = Limits(user_messages=0, reply_bytes=10 * MANY)


@pytest.fixture(params=["memory", "redis"])
async def bench(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[StoreBench]:
    """A store with room for many turns and replies."""
    if request.param == "memory":
        clock = ManualClock()
        yield StoreBench(MemoryStore(LIMITS, clock), clock.advance)
        return
    with redis_server(tmp_path) as server:
        async with bench_on(target_of(server), LIMITS) as found:
            yield found


async def _stored(gateway: Gateway) -> None:
    for number in range(MANY):
        await (await gateway.open(str(1000 + number), prompt=str(number))).answer("ten bytes.")


async def _followed(gateway: Gateway) -> tuple[Hold, list[Hold]]:
    return await gateway.open("1000"), [await gateway.open(str(2000 + number)) for number in range(MANY)]


async def test_replies_whose_time_is_over_at_once_go_at_once(bench: StoreBench, gateway: Gateway) -> None:
    await _stored(gateway)
    assert (await bench.store.figures()).stored == MANY
    await bench.pass_time(LIMITS.reply_ttl + 1)
    await bench.store.sweep(lapses=True)
    figures = await bench.store.figures()
    assert (figures.stored, figures.logs) == (0, 0)


async def test_many_replies_are_purged_at_once(bench: StoreBench, gateway: Gateway) -> None:
    await _stored(gateway)
    assert (await bench.store.apply("purge", purging.everything)).replies == MANY
    assert (await bench.store.figures()).logs == 0


async def test_one_long_reply_takes_the_place_of_many(bench: StoreBench, gateway: Gateway) -> None:
    await _stored(gateway)
    await (await gateway.open("3000", prompt="long")).answer("x" * (LIMITS.reply_bytes // 2))
    figures = await bench.store.figures()
    assert figures.stored_bytes <= LIMITS.reply_bytes
    assert figures.stored < MANY / 2 + 2
    assert await (await gateway.open("3001", prompt="long")).source() is Source.STORED


async def test_a_leader_and_all_who_read_along_may_die_together(bench: StoreBench, gateway: Gateway) -> None:
    await _followed(gateway)
    for _ in range(4):
        await bench.pass_time(16)
        await bench.store.sweep(lapses=True)
    assert len(await bench.orphan_ids()) == MANY + 1
    newcomer = await bench.gateway("gateway-2").open("3000")
    assert await newcomer.source() is Source.LEAD


async def test_who_is_left_by_many_readers_is_told_when_the_last_one_went(gateway: Gateway) -> None:
    leader, readers = await _followed(gateway)
    await leader.stop()
    assert (await leader.last(StopRequested)).others_read
    for reader in readers:
        await reader.stop()
    assert not (await leader.last(StopRequested)).others_read
