"""Every adapter of the store port runs every test of this folder."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from support.cache_turns import Gateway, StoreBench

from parley_cache.limits import Limits
from parley_cache.store.memory import MemoryStore
from parley_kit.clock import ManualClock

LIMITS = Limits(reply_entries=3, window_tokens=100)


@pytest.fixture(params=["memory"])
async def bench(request: pytest.FixtureRequest) -> AsyncIterator[StoreBench]:
    """A fresh store with small bounds, whose time the test moves."""
    assert request.param == "memory"
    clock = ManualClock()
    store = MemoryStore(LIMITS, clock)
    yield StoreBench(store, clock.advance)
    await store.close()


@pytest.fixture
def gateway(bench: StoreBench) -> Gateway:
    return bench.gateway("gateway-1")


@pytest.fixture
def sibling(bench: StoreBench) -> Gateway:
    return bench.gateway("gateway-2")
