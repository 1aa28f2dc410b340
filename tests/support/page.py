"""The sandbox's page without a browser: its HTTP interface, asked."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import orjson
from support.loopback import Cast

from parley_sandbox.anthropic import LoopbackClaude
from parley_sandbox.discord import LoopbackDiscord
from parley_sandbox.otlp import TraceStore
from parley_sandbox.ports import listening_socket
from parley_sandbox.web.server import Sandbox, serve_page


@contextlib.asynccontextmanager
async def playground(**more: Any) -> AsyncIterator[tuple[Sandbox, str]]:
    """A sandbox with what `more` sets, and its address."""
    parts: dict[str, Any] = {"discord": LoopbackDiscord(), "claude": LoopbackClaude(), "traces": TraceStore()}
    sandbox = Sandbox(**(parts | more))
    async with serve_page(sandbox, listening_socket("127.0.0.1", 0)) as url:
        yield sandbox, url


@dataclass(frozen=True)
class Page:
    """A page's side of the interface."""

    sandbox: Sandbox
    url: str
    http: aiohttp.ClientSession
    cast: Cast

    @property
    def general(self) -> str:
        return self.cast.channel("Orchard", "general")

    async def get(self, path: str, status: int = 200, **query: str) -> Any:
        return await self.call("GET", path, status, params=query)

    async def call(self, method: str, path: str, status: int = 200, **more: Any) -> Any:
        async with self.http.request(method, path, **more) as response:
            content = await response.read()
            assert response.status == status, content
            return orjson.loads(content) if content else None

    async def say(self, content: str, who: str = "Sam", channel: str | None = None, **more: Any) -> Any:
        body = {"person": self.cast.person(who), "content": content, **more}
        return await self.call("POST", f"/api/channels/{channel or self.general}/messages", 201, json=body)

    @contextlib.asynccontextmanager
    async def events(self, who: str = "Sam", **headers: str) -> AsyncIterator["Events"]:
        query = {"person": self.cast.person(who)}
        async with self.http.get("/api/events", params=query, headers=headers) as response:
            assert response.status == 200
            yield Events(response)


class Events:
    """One event stream, read event by event."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response
        self.last_id = ""

    async def next(self, kind: str = "") -> Any:
        """The content of the next event, of this kind if one is named."""
        while True:
            fields = await self._fields()
            if "data" in fields and kind in {"", fields["event"]}:
                self.last_id = fields["id"]
                return orjson.loads(fields["data"])

    async def _fields(self) -> dict[str, str]:
        fields: dict[str, str] = {}
        while (line := (await self._response.content.readline()).decode()).strip():
            name, _, value = line.rstrip("\n").partition(": ")
            fields[name] = value
        return fields
