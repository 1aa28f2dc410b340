"""The composition root: what the cache is made of."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial

import grpc

from parley_cache.fullness import Fullness
from parley_cache.load import OwnLoad, load_reports
from parley_cache.orphanage import Orphanage
from parley_cache.service import GRPC_SERVICES, PreferencesServicer, TurnServicer, register
from parley_cache.settings import CacheSettings
from parley_cache.store.memory import MemoryStore
from parley_cache.store.port import Store
from parley_cache.telemetry import Telemetry
from parley_cache.upkeep import Upkeep
from parley_cache.wakeups import Wakeups
from parley_kit.changes import Changes
from parley_kit.lifecycle import Runtime, Service


class Cache:
    """The cache as the kit runs it."""

    grpc_services: Sequence[str] = GRPC_SERVICES

    def __init__(self, runtime: Runtime[CacheSettings]) -> None:
        settings = runtime.settings
        self._runtime = runtime
        self.grace = settings.grace
        self.store = _store(runtime)
        observer = Telemetry(runtime.metrics)
        self._wakeups = Wakeups(self.store)
        fullness = Fullness(settings.limits)
        self._orphanage = Orphanage(
            self.store,
            self._wakeups,
            observer,
            runtime.clock,
            fullness=fullness,
            settle=settings.lease if settings.settle is None else settings.settle,
            interval=settings.sweep,
        )
        self._servicer = TurnServicer(self.store, self._wakeups, self._orphanage, observer, fullness, settings.lease)
        self._preferences = PreferencesServicer(self.store, self._wakeups)
        self._draining, self._changes = False, Changes()
        own = OwnLoad(lambda: observer.in_flight, lambda: self._draining, self._changes)
        self._upkeep = Upkeep(self.store)
        self._reports = load_reports(runtime, own, self._upkeep.ask)

    @property
    def waits_for(self) -> str:
        """Redis, and the monitor, without which the cache serves as well."""
        redis, monitor = self._runtime.settings.redis, self._runtime.settings.monitor
        told = f"the monitor at {monitor}" if monitor is not None else "nothing; no monitor is set"
        return f"Redis at {redis.server}, {told}" if redis is not None else told

    def register(self, server: grpc.aio.Server) -> None:
        register(server, self._servicer, self._preferences, self.store)

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.store.run(), name="store")
            await self.store.ready()
            tasks.create_task(self._wakeups.run(), name="wake-ups")
            tasks.create_task(self._orphanage.run(), name="orphanage")
            if self._runtime.settings.monitor is not None:
                tasks.create_task(self._reports.run(self._runtime.settings.monitor), name="load reports")
                tasks.create_task(self._upkeep.run(), name="upkeep")
            self._runtime.health.ready()

    def drain(self) -> None:
        self._draining = True
        self._changes.notify()
        self._orphanage.drain()
        self._preferences.drain()

    async def finish(self) -> None:
        """Wait for the last held turn: the monitor keeps the load of a cache that still has some."""
        await self._servicer.idle()
        await self._reports.end()

    async def close(self) -> None:
        await self.store.close()


def _store(runtime: Runtime[CacheSettings]) -> Store:
    """Choose where everything is kept."""
    settings = runtime.settings
    if settings.redis is None:
        return MemoryStore(settings.limits, runtime.clock)
    # only who needs it pays for it: the client costs 10 MB and as long to load as all the rest
    from parley_cache.store.redis import RedisStore  # noqa: PLC0415
    from parley_cache.store.redis.instruments import Instruments  # noqa: PLC0415

    instruments = Instruments(
        runtime.tracer, runtime.metrics.registry, settings.redis.server, partial(runtime.health.set, "redis")
    )
    return RedisStore(settings.redis, settings.limits, instruments, patience=settings.redis_patience)


def build(runtime: Runtime[CacheSettings]) -> Service:
    """Make the cache."""
    return Cache(runtime)
