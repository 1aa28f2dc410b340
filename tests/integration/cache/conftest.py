from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest
from support.cache_lines import CacheBench, Start
from support.services import channel_to, running

from parley_cache.app import build
from parley_cache.settings import CacheSettings
from parley_kit.clock import ManualClock


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    """Start a cache with these settings; the channel to it outlives it, as a gateway's does."""
    async with contextlib.AsyncExitStack() as channels:

        @contextlib.asynccontextmanager
        async def started(**changes: Any) -> AsyncIterator[CacheBench]:
            clock = ManualClock()
            async with running(_settings(changes), "parley-cache", build, clock=clock) as service:
                channel = await channels.enter_async_context(channel_to(service.address))
                yield CacheBench(service, channel, clock)

        yield started


def _settings(changes: dict[str, Any]) -> CacheSettings:
    plain = {
        "listen": "127.0.0.1:0",
        "metrics_listen": None,
        "drain_announce": 0.0,
        "grace": 0.2,
        "settle": 0.0,
        "user_messages": 0,
    }
    return CacheSettings(**(plain | changes))


@pytest.fixture
async def cache(start: Start) -> AsyncIterator[CacheBench]:
    """A cache with default limits."""
    async with start() as bench:
        yield bench


@pytest.fixture
def channel(cache: CacheBench) -> grpc.aio.Channel:
    return cache.channel
