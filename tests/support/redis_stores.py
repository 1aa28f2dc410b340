"""Stores on a test's Redis, whose time the test moves."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

from opentelemetry.trace import NoOpTracer
from prometheus_client import CollectorRegistry
from support.cache_turns import StoreBench
from support.redis_server import MASTER, Fleet, Server

from parley_cache.limits import Limits
from parley_cache.store.redis import RedisStore
from parley_cache.store.redis.instruments import Instruments
from parley_cache.store.target import Target
from parley_kit.faults import Unavailable

READY_SECONDS = 10.0
BACK_SECONDS = 30.0


def target_of(place: Server | Fleet) -> Target:
    if isinstance(place, Server):
        return Target(place.url)
    return Target("redis://", sentinels=place.addresses, master=MASTER)


@contextlib.asynccontextmanager
async def store_on(target: Target, limits: Limits, *, patience: float = 5.0) -> AsyncIterator[RedisStore]:
    """Run a store that is connected; patient, since a test's machine may be busy."""
    instruments = Instruments(NoOpTracer(), CollectorRegistry(), "test")
    store = RedisStore(target, limits, instruments, patience=patience)
    running = asyncio.create_task(store.run())
    try:
        async with asyncio.timeout(READY_SECONDS):
            ready = asyncio.ensure_future(store.ready())
            await asyncio.wait([ready, running], return_when=asyncio.FIRST_COMPLETED)
            ready.cancel()
            if running.done():
                await running
        yield store
    finally:
        running.cancel()
        await asyncio.wait([running])
        await store.close()


async def eventually(work: Callable[[], Awaitable[object]]) -> None:
    """Try until it works: the store is on its way back."""
    async with asyncio.timeout(BACK_SECONDS):
        while True:
            with contextlib.suppress(Unavailable):
                await work()
                return
            await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def bench_on(target: Target, limits: Limits) -> AsyncIterator[StoreBench]:
    """Run a store whose time moves by hand."""
    async with store_on(target, limits) as store:

        async def pass_time(seconds: float) -> None:
            store.steps.ahead += seconds

        yield StoreBench(store, pass_time)
