"""The loopback Claude as others use it: a server on loopback over its state."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import web

from .service import application
from .state import ClaudeState

SHUTDOWN_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Address:
    """Where it listens."""

    host: str
    port: int

    @property
    def base_url(self) -> str:
        """What an Anthropic client takes as its base URL."""
        return f"http://{self.host}:{self.port}"


class LoopbackClaude(ClaudeState):
    """A Messages API in this process."""

    @asynccontextmanager
    async def serve(self, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[Address]:
        """Listen while the context lasts; replies that are under way at its end are broken off."""
        app = application(self)
        runner = web.AppRunner(app, handler_cancellation=True, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
        await runner.setup()
        self.stopping = False
        try:
            await web.TCPSite(runner, host, port).start()
            yield Address(*runner.addresses[0][:2])
        finally:
            self.stopping = True
            await runner.cleanup()
