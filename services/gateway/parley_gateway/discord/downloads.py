"""Fetches members' files, from Discord's hosts only, within bounds of size and time.

A file's URL works for a day: an older file is asked for again by its message.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from http import HTTPStatus
from urllib.parse import urlsplit

import aiohttp
import hikari
from typing_extensions import override

from parley_gateway.attachments import Why
from parley_gateway.discord.calls import Calls
from parley_gateway.discord.held import Held
from parley_gateway.discord.routes import MESSAGE
from parley_gateway.discord.written import attachment_of
from parley_gateway.messages import DeliveryError, Forbidden, Gone
from parley_gateway.model import Attachment
from parley_gateway.ports import Files, RestWatch
from parley_kit.faults import Exhausted

HOSTS = frozenset({"cdn.discordapp.com", "media.discordapp.net"})
CONNECTIONS = 8
HELD = 48 * 1024 * 1024
"""So many bytes of files turns hold at once. The chart's limit of the gateway's memory has room for that."""
COPIES = 5
"""So often the gateway's memory has each of them at worst: as it comes, whole, in the request, as it is sent (measured: up to
4.6 times while 40 MiB came at once, test_file_memory.py).
"""
ROOM_SECONDS = 120.0
"""How long a turn waits for others to end: as long as for a slot at an executor."""
FILE_SECONDS, FILES_SECONDS = 10.0, 20.0
PIECE = 64 * 1024
_EXPIRED = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.GONE})


class Downloads(Files):
    """Fetches over one session of few connections. rest_url: of the Discord that is configured, which may serve files too."""

    def __init__(self, rest: hikari.api.RESTClient, calls: Calls, rest_url: str | None) -> None:
        self._rest, self._calls = rest, calls
        self._own = urlsplit(rest_url) if rest_url else None
        self._held = Held(HELD)
        self._session: aiohttp.ClientSession | None = None

    @override
    def full(self, size: int) -> bool:
        return self._held.full(size)

    @override
    @asynccontextmanager
    async def room(self, size: int) -> AsyncIterator[None]:
        async with AsyncExitStack() as holding:
            try:
                async with asyncio.timeout(ROOM_SECONDS):
                    await holding.enter_async_context(self._held.room(size))
            except TimeoutError:
                raise Exhausted("POOL_FULL", "Turns hold too many files.") from None
            yield

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    @override
    async def fetch(self, channel_id: str, files: Mapping[Attachment, int]) -> Mapping[Attachment, bytes | Why]:
        found: dict[Attachment, bytes | Why] = dict.fromkeys(files, Why.UNREACHABLE)
        fresh = _Fresh(self._rest, self._calls, channel_id)
        try:
            async with asyncio.timeout(FILES_SECONDS), asyncio.TaskGroup() as tasks:
                for file, most in files.items():
                    tasks.create_task(self._fetch_into(found, file, most, fresh))
        except TimeoutError:
            pass  # what has come by now is used
        return found

    async def _fetch_into(
        self, found: dict[Attachment, bytes | Why], file: Attachment, most: int, fresh: _Fresh
    ) -> None:
        content = await self._download(file.url, most) if file.url else Why.GONE
        if content is Why.GONE and (url := await fresh.url(file)):
            content = await self._download(url, most) if isinstance(url, str) else url
        found[file] = content

    async def _download(self, url: str, most: int) -> bytes | Why:
        """Return a file's bytes; GONE when its URL leads nowhere."""
        if not self._allowed(url):
            return Why.UNREACHABLE
        try:
            async with asyncio.timeout(FILE_SECONDS), self._opened().get(url, allow_redirects=False) as response:
                if response.status in _EXPIRED:
                    return Why.GONE
                return await _read(response, most) if response.status == HTTPStatus.OK else Why.UNREACHABLE
        except (aiohttp.ClientError, TimeoutError, ValueError):
            return Why.UNREACHABLE

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=CONNECTIONS),
                cookie_jar=aiohttp.DummyCookieJar(),
                # a small file that unpacks to a large one would pass the bound
                auto_decompress=False,
                headers={"Accept-Encoding": "identity"},
            )
        return self._session

    def _allowed(self, url: str) -> bool:
        try:
            parts = urlsplit(url)
            public = parts.scheme == "https" and parts.hostname in HOSTS and parts.port in (None, 443)
        except ValueError:
            return False
        own = self._own is not None and (parts.scheme, parts.netloc) == (self._own.scheme, self._own.netloc)
        return (public or own) and parts.username is None


async def _read(response: aiohttp.ClientResponse, most: int) -> bytes | Why:
    content = bytearray()
    async for piece in response.content.iter_chunked(PIECE):
        content += piece
        if len(content) > most:
            return Why.LARGE
    return bytes(content)


class _Fresh:
    """URLs that work now, by one look at each message."""

    def __init__(self, rest: hikari.api.RESTClient, calls: Calls, channel_id: str) -> None:
        self._rest, self._calls, self._channel = rest, calls, int(channel_id)
        self._found: dict[str, Sequence[Attachment] | Why] = {}
        self._line = asyncio.Lock()

    async def url(self, file: Attachment) -> str | Why:
        """Return a file's URL, or why there is none."""
        async with self._line:
            if file.message_id not in self._found:
                self._found[file.message_id] = await self._look(file.message_id)
        found = self._found[file.message_id]
        if isinstance(found, Why):
            return found
        return next((one.url for one in found if one.attachment_id == file.attachment_id), Why.GONE)

    async def _look(self, message_id: str) -> Sequence[Attachment] | Why:
        async def work(watch: RestWatch) -> Sequence[Attachment]:
            watch.message(message_id)
            message = await self._rest.fetch_message(self._channel, int(message_id))
            return [attachment_of(file, message_id) for file in message.attachments]

        if not message_id.isdecimal():
            return Why.GONE
        try:
            return await self._calls.call("GET", MESSAGE, work)
        except (Gone, Forbidden):
            return Why.GONE
        except DeliveryError:
            return Why.UNREACHABLE
