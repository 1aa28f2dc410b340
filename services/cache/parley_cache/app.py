"""The composition root: what the cache is made of."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import grpc

from parley.cache.v1 import cache_pb2, cache_pb2_grpc
from parley_cache.load import OwnLoad, load_reports
from parley_cache.orphanage import Orphanage
from parley_cache.service import TurnServicer
from parley_cache.settings import CacheSettings
from parley_cache.store.memory import MemoryStore
from parley_cache.telemetry import Telemetry
from parley_cache.wakeups import Wakeups
from parley_kit.changes import Changes
from parley_kit.lifecycle import Runtime, Service

GRPC_SERVICES: tuple[str, ...] = (cache_pb2.DESCRIPTOR.services_by_name["TurnService"].full_name,)


class Cache:
    """The cache as the kit runs it."""

    grpc_services: Sequence[str] = GRPC_SERVICES

    def __init__(self, runtime: Runtime[CacheSettings]) -> None:
        settings = runtime.settings
        self._runtime = runtime
        self.grace = settings.grace
        self.store = MemoryStore(settings.limits, runtime.clock)
        observer = Telemetry(runtime.metrics)
        self._wakeups = Wakeups(self.store)
        self._orphanage = Orphanage(
            self.store,
            self._wakeups,
            observer,
            runtime.clock,
            settle=settings.lease if settings.settle is None else settings.settle,
            interval=settings.sweep,
        )
        self._servicer = TurnServicer(self.store, self._wakeups, self._orphanage, observer, settings.lease)
        self._draining, self._changes = False, Changes()
        own = OwnLoad(lambda: observer.in_flight, lambda: self._draining, self._changes)
        self._reports = load_reports(runtime, own)

    @property
    def waits_for(self) -> str:
        """The monitor; the cache serves without it."""
        monitor = self._runtime.settings.monitor
        return f"the monitor at {monitor}" if monitor is not None else "nothing; no monitor is set"

    def register(self, server: grpc.aio.Server) -> None:
        cache_pb2_grpc.add_TurnServiceServicer_to_server(self._servicer, server)

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._wakeups.run(), name="wake-ups")
            tasks.create_task(self._orphanage.run(), name="orphanage")
            if self._runtime.settings.monitor is not None:
                tasks.create_task(self._reports.run(self._runtime.settings.monitor), name="load reports")
            self._runtime.health.ready()

    def drain(self) -> None:
        self._draining = True
        self._changes.notify()
        self._orphanage.drain()

    async def finish(self) -> None:
        """Wait for the last held turn: the monitor keeps the load of a cache that still has some."""
        await self._servicer.idle()
        await self._reports.end()

    async def close(self) -> None:
        await self.store.close()


def build(runtime: Runtime[CacheSettings]) -> Service:
    """Make the cache."""
    return Cache(runtime)
