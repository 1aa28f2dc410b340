"""gRPC health by service name: "" says that the loop is alive, a service's name that it takes work, a peer's that it answers."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


class Health:
    """What the health service answers. `set` may be called from anywhere; `run` passes it on."""

    def __init__(self) -> None:
        self._own: tuple[str, ...] = ()
        self._servicer = health.aio.HealthServicer()
        self._news: asyncio.Queue[tuple[str, bool]] = asyncio.Queue()
        self._draining = False
        self.states: dict[str, bool] = {}
        self.set("", serving=True)

    def register(self, server: grpc.aio.Server, own: Sequence[str]) -> None:
        """Serve grpc.health.v1.Health; `own` are the full names that this server serves, not yet ready."""
        self._own = tuple(own)
        for name in self._own:
            self.states.setdefault(name, False)
            self._news.put_nowait((name, self.states[name]))
        health_pb2_grpc.add_HealthServicer_to_server(self._servicer, server)

    def set(self, name: str, serving: bool) -> None:  # noqa: FBT001 — reads as `set("cache", True)`
        """Say how a service is; while draining, nothing becomes serving again."""
        if self.states.get(name) == serving or (self._draining and serving):
            return
        self.states[name] = serving
        self._news.put_nowait((name, serving))

    def ready(self, serving: bool = True) -> None:  # noqa: FBT001, FBT002 — reads as `ready(False)`
        """Say of all the service's own names whether they take work."""
        for name in self._own:
            self.set(name, serving)

    def drain(self) -> None:
        """Stop serving under all own names for good; the loop stays alive."""
        self.ready(False)
        self._draining = True

    async def run(self) -> None:
        """Pass news on to watchers until cancelled."""
        while True:
            name, serving = await self._news.get()
            await self._servicer.set(name, SERVING if serving else NOT_SERVING)
