"""OTLP over HTTP on loopback: POST /v1/traces."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import web

from .forward import forwarding
from .receiver import receiver
from .store import TraceStore


@dataclass(frozen=True, slots=True)
class Address:
    """Where spans go."""

    host: str
    port: int

    @property
    def endpoint(self) -> str:
        """What OTEL_EXPORTER_OTLP_ENDPOINT takes."""
        return f"http://{self.host}:{self.port}"


@asynccontextmanager
async def serve_otlp(
    store: TraceStore, host: str = "127.0.0.1", port: int = 0, forward: str | None = None
) -> AsyncIterator[Address]:
    """Receive spans into the store while the context lasts; `forward` is the base URL of a receiver that gets them too."""
    async with forwarding(forward) as onward:
        runner = web.AppRunner(receiver(store, onward), access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        try:
            await web.TCPSite(runner, host, port).start()
            yield Address(*runner.addresses[0][:2])
        finally:
            await runner.cleanup()
