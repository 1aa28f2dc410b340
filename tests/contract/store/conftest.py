"""Every adapter of the store port runs every test of this folder."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from support.cache_turns import Gateway, StoreBench
from support.redis_server import Fleet, Server, redis_server, sentinel_fleet
from support.redis_stores import bench_on, target_of

from parley_cache.limits import Limits
from parley_cache.store.memory import MemoryStore
from parley_cache.store.target import Target
from parley_kit.clock import ManualClock

LIMITS = Limits(reply_entries=3, window_tokens=100, user_messages=0, conversation_messages=20)


@pytest.fixture(scope="session")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with redis_server(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture(scope="session")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    with sentinel_fleet(tmp_path_factory.mktemp("sentinel")) as fleet:
        yield fleet


@pytest.fixture(params=["memory", "redis", "sentinel"])
async def bench(request: pytest.FixtureRequest) -> AsyncIterator[StoreBench]:
    """A fresh store with small bounds, whose time the test moves."""
    if request.param == "memory":
        clock = ManualClock()
        store = MemoryStore(LIMITS, clock)
        yield StoreBench(store, clock.advance)
        await store.close()
        return
    target = _fresh(request)
    async with bench_on(target, LIMITS) as found:
        yield found


def _fresh(request: pytest.FixtureRequest) -> Target:
    if request.param == "redis":
        server: Server = request.getfixturevalue("redis")
        server.say("FLUSHALL")
        return target_of(server)
    fleet: Fleet = request.getfixturevalue("fleet")
    fleet.master().say("FLUSHALL")
    return target_of(fleet)


@pytest.fixture
def gateway(bench: StoreBench) -> Gateway:
    return bench.gateway("gateway-1")


@pytest.fixture
def sibling(bench: StoreBench) -> Gateway:
    return bench.gateway("gateway-2")
