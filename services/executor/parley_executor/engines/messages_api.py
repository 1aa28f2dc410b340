"""The engine that speaks Claude's Messages API: server-sent events over one shared set of connections.

aiohttp with orjson needs a fifth of the official SDK's CPU per token and an eighth of its start-up time.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import aiohttp
from typing_extensions import override

from parley_executor.engines import messages_body
from parley_executor.engines.messages_errors import error_of_response
from parley_executor.engines.messages_listing import Listing
from parley_executor.engines.messages_reply import Reply
from parley_executor.engines.port import Deadline, Engine, EngineError, EngineEvent
from parley_executor.model import ModelCard, Request
from parley_executor.reasons import Reason
from parley_kit.clock import Clock

API_VERSION: Final = "2023-06-01"
"""The version of the API's form (https://platform.claude.com/docs/en/api/versioning)."""

KEEP_ALIVE: Final = 90.0
"""How long an idle connection is kept, in seconds."""

CONNECT_LIMIT: Final = 5.0
"""How long a connection may take to be made, in seconds."""

LONGEST_BODY: Final = 64 * 1024
"""How much of an error's body is read, in bytes."""

LONGEST_LIST: Final = 4 * 1024 * 1024
"""How much of the list of models is read, in bytes; one of them is about 2 000."""

TAIL_LIMIT: Final = 0.25
"""How long the end of a finished response is waited for, so that its connection can be used again, in seconds."""


@dataclass(frozen=True, slots=True)
class Access:
    """Where the API is and how it is used; the key is never shown.

    headers_limit: how long the API may take to begin its answer, in seconds; proxy: the URL of an HTTP proxy.
    """

    base_url: str
    api_key: str
    connections: int
    headers_limit: float
    proxy: str | None = None

    @override
    def __repr__(self) -> str:
        return f"Access({self.base_url!r})"


class MessagesApi(Engine):
    """Claude by its API. note: takes the model and the headers of each answer to a question."""

    name = "messages_api"

    def __init__(
        self,
        access: Access,
        clock: Clock,
        note: Callable[[str, Mapping[str, str]], None] = lambda _model, _headers: None,
    ) -> None:
        self._access = access
        self._clock = clock
        self._note = note
        self._session: aiohttp.ClientSession | None = None
        self._listing = Listing(self._fetch_models, clock)
        self._ready = False
        self._responses: set[aiohttp.ClientResponse] = set()
        self._open = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @override
    async def start(self) -> None:
        """Open a connection by asking for the list of models, which costs nothing.

        Any answer shows that the API is there. When it refuses the credential the engine is ready nonetheless, so
        that each turn is told this reason, and the EngineError is for the log.
        """
        if self._session is None:
            self._session = self._new_session()
        try:
            await self._listing.ask()
        except EngineError as error:
            self._ready = error.reason is not Reason.CONNECT
            if error.reason in {Reason.CONNECT, Reason.UPSTREAM_AUTH}:
                raise
        self._ready = True

    @override
    def health(self) -> bool:
        return self._ready

    @override
    async def models(self) -> Sequence[ModelCard]:
        return await self._listing.models()

    @override
    async def stream(self, request: Request, deadline: Deadline) -> AsyncGenerator[EngineEvent, None]:
        with self._counted():
            response = await self._post(request, deadline)
            with self._reading(response):
                reply = Reply()
                while not reply.finished:
                    for event in reply.feed(await _read(response, deadline, reply)):
                        yield event
                await _read_tail(response)

    @override
    async def close(self, grace: float) -> None:
        self._ready = False
        try:
            async with asyncio.timeout(grace):
                await self._idle.wait()
        except TimeoutError:
            pass
        finally:
            await self._end()

    async def _end(self) -> None:
        for response in tuple(self._responses):
            response.close()  # unlike the session's end it wakes who reads
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    @contextmanager
    def _counted(self) -> Iterator[None]:
        self._open += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._open -= 1
            if not self._open:
                self._idle.set()

    @contextmanager
    def _reading(self, response: aiohttp.ClientResponse) -> Iterator[None]:
        """Cut the connection at the end, unless the response was read to its own."""
        self._responses.add(response)
        try:
            yield
        finally:
            self._responses.discard(response)
            response.close()

    def _new_session(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=self._access.connections, keepalive_timeout=KEEP_ALIVE),
            proxy=self._access.proxy,
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_LIMIT),
            headers={
                "x-api-key": self._access.api_key,
                "anthropic-version": API_VERSION,
                "content-type": "application/json",
                "accept-encoding": "identity",
                "user-agent": "parley-executor",
            },
            cookie_jar=aiohttp.DummyCookieJar(),
        )

    def _url(self, path: str) -> str:
        return self._access.base_url.rstrip("/") + path

    async def _post(self, request: Request, deadline: Deadline) -> aiohttp.ClientResponse:
        """Send the request and return the response that streams. Raises EngineError."""
        if self._session is None:
            raise EngineError(Reason.CONNECT)
        loop = asyncio.get_running_loop()
        body = await _encode(request, await self._listing.card(request.model))
        last = deadline.limit(loop.time(), begun=False)
        limit = loop.time() + self._access.headers_limit
        try:
            async with asyncio.timeout_at(min(limit, last)):
                response = await self._session.post(
                    self._url("/v1/messages"), data=body, headers=request.trace, allow_redirects=False
                )
                self._note(request.model, response.headers)
                return await self._accepted(response)
        except (aiohttp.ClientError, ConnectionError) as error:
            raise EngineError(Reason.CONNECT) from error
        except TimeoutError:
            raise EngineError(Reason.NO_HEADERS if limit < last else Reason.TIMED_OUT) from None

    async def _fetch_models(self) -> bytes:
        """Return the list of models, as many as a page takes, which are more than there are. Raises EngineError."""
        if self._session is None:
            raise EngineError(Reason.CONNECT)
        url = self._url("/v1/models?limit=1000")
        try:
            async with asyncio.timeout(CONNECT_LIMIT + self._access.headers_limit):
                async with self._session.get(url, allow_redirects=False) as response:
                    body = await _read_short(response, LONGEST_LIST)
        except (aiohttp.ClientError, OSError) as error:  # a TimeoutError is an OSError
            raise EngineError(Reason.CONNECT) from error
        if response.status != HTTPStatus.OK:
            raise error_of_response(response.status, body, response.headers, self._clock.now())
        return body

    async def _accepted(self, response: aiohttp.ClientResponse) -> aiohttp.ClientResponse:
        """Return a response that is an event stream; close any other and raise what it means."""
        if response.status == HTTPStatus.OK and response.content_type == "text/event-stream":
            return response
        async with response:
            if response.status == HTTPStatus.OK:
                raise EngineError(Reason.PROTOCOL)
            body = await _read_short(response, LONGEST_BODY)
            raise error_of_response(response.status, body, response.headers, self._clock.now())


async def _encode(request: Request, card: ModelCard | None) -> bytes | io.BytesIO:
    """Return the body; a large one is made off the event loop, and sent piece by piece."""
    if messages_body.size(request.messages) < messages_body.LARGE:
        return messages_body.encode(request, card)
    return io.BytesIO(await asyncio.to_thread(messages_body.encode, request, card))


async def _read(response: aiohttp.ClientResponse, deadline: Deadline, reply: Reply) -> bytes:
    """Return the bytes that are there, waiting for some; the end of the stream is a broken connection here."""
    try:
        async with asyncio.timeout_at(deadline.limit(asyncio.get_running_loop().time(), begun=reply.begun)):
            chunk = await response.content.readany()
    except (aiohttp.ClientError, ConnectionError) as error:
        raise reply.broken(EngineError(Reason.CONNECT)) from error
    except TimeoutError:
        raise reply.broken(EngineError(Reason.TIMED_OUT)) from None
    if not chunk:
        raise reply.broken(EngineError(Reason.CONNECT))
    return chunk


async def _read_tail(response: aiohttp.ClientResponse) -> None:
    """Read what ends a whole reply, so that its connection can be used again."""
    try:
        async with asyncio.timeout(TAIL_LIMIT):
            while await response.content.readany():
                pass
    except (aiohttp.ClientError, OSError):  # the reply is whole; only the connection is lost
        return


async def _read_short(response: aiohttp.ClientResponse, longest: int) -> bytes:
    """Return a body that is known to be short, cut where it is not."""
    body = bytearray()
    while len(body) < longest and (chunk := await response.content.readany()):
        body += chunk
    return bytes(body)
