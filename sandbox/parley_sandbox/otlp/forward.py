"""Passing on to another receiver what came, off the way of whoever sent it."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, NamedTuple
from urllib.parse import unquote

import aiohttp

_WAITING: Final = 1_000
_WITHIN: Final = aiohttp.ClientTimeout(total=10)
_HEADERS: Final = "OTEL_EXPORTER_OTLP_HEADERS"


class Export(NamedTuple):
    """One request's body, unpacked, and its content type."""

    content_type: str
    body: bytes


class Forward:
    """Takes requests and never waits; those that find no room, or a receiver that is away, are lost."""

    def __init__(self) -> None:
        self._waiting: asyncio.Queue[Export] = asyncio.Queue(_WAITING)

    def take(self, export: Export) -> None:
        """Pass it on, soon."""
        if self._waiting.full():
            self._waiting.get_nowait()
        self._waiting.put_nowait(export)

    async def run(self, url: str) -> None:
        """Send to the base URL of a receiver, one after the other, until cancelled."""
        async with aiohttp.ClientSession(timeout=_WITHIN, headers=headers(os.environ.get(_HEADERS, ""))) as http:
            while True:
                export = await self._waiting.get()
                with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                    await _send(http, f"{url.rstrip('/')}/v1/traces", export)


async def _send(http: aiohttp.ClientSession, url: str, export: Export) -> None:
    async with http.post(url, data=export.body, headers={"content-type": export.content_type}):
        """Whatever it answers, nobody here could mend it."""


def headers(text: str) -> dict[str, str]:
    """Read `name=value,name=value`, values with URL escapes, as OpenTelemetry's variable has them."""
    pairs = (pair.partition("=") for pair in text.split(",") if "=" in pair)
    return {name.strip(): unquote(value.strip()) for name, _, value in pairs}


@asynccontextmanager
async def forwarding(url: str | None) -> AsyncIterator[Forward | None]:
    """Forward to a base URL while the context lasts; None gives None."""
    if url is None:
        yield None
        return
    forward = Forward()
    running = asyncio.create_task(forward.run(url), name="otlp forward")
    try:
        yield forward
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
