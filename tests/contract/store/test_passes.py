"""Passes: one in a time, whoever takes them and wherever."""

import asyncio
import itertools

import pytest
from support.cache_turns import StoreBench
from support.redis_server import Server
from support.redis_stores import store_on, target_of

from parley_cache import passes
from parley_cache.limits import Limits
from parley_cache.store.port import Store
from parley_cache.store.tables import Tables

EVERY = 5.0
CROWD = 40


async def _moment(store: Store, key: str = "identify:0", every: float = EVERY) -> float:
    """Take a pass; return when it is, by the store's time."""

    def rule(tables: Tables) -> float:
        return passes.take(tables, key, every) + tables.now

    return await store.apply("take_pass", rule)


async def _wait(bench: StoreBench, key: str = "identify:0", every: float = EVERY) -> float:
    return await bench.store.apply("take_pass", lambda tables: passes.take(tables, key, every))


async def test_the_first_waits_for_nothing_and_each_next_one_longer(bench: StoreBench) -> None:
    waits = [await _wait(bench) for _ in range(3)]
    assert waits == pytest.approx([0, 5, 10], abs=0.5)


async def test_what_passed_need_not_be_waited_for(bench: StoreBench) -> None:
    await _wait(bench)
    await bench.pass_time(3.0)
    assert await _wait(bench) == pytest.approx(2.0, abs=0.5)
    await bench.pass_time(20.0)
    assert await _wait(bench) == 0


async def test_keys_do_not_stand_in_each_others_way(bench: StoreBench) -> None:
    assert [await _wait(bench, f"identify:{shard}") for shard in range(3)] == [0, 0, 0]


async def test_a_key_is_forgotten_once_nobody_can_be_too_early(bench: StoreBench) -> None:
    await _wait(bench, every=passes.EVERY_MOST)
    assert await _wait(bench, every=passes.EVERY_MOST) == pytest.approx(60.0, abs=0.5)
    await bench.later(121.0)
    assert await bench.store.apply("look", lambda tables: tables.record(passes.Pass, "identify:0")) is None


async def test_two_caches_on_one_redis_never_give_two_passes_in_one_time(redis: Server) -> None:
    redis.say("FLUSHALL")
    limits = Limits()
    async with store_on(target_of(redis), limits) as first, store_on(target_of(redis), limits) as second:
        stores = itertools.cycle((first, second))
        moments = sorted(await asyncio.gather(*(_moment(next(stores)) for _ in range(CROWD))))
    gaps = [later - earlier for earlier, later in itertools.pairwise(moments)]
    assert gaps == pytest.approx([EVERY] * (CROWD - 1))
