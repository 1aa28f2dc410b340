"""What only the engine on Claude's API has: its connections, its credential, answers of a strange form."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp.connector
import orjson
import pytest
from aiohttp import web
from support.conversations import ask, run, text_of
from support.engines import messages_api

from parley_executor.engines.port import Engine, EngineError
from parley_executor.engines.sse import SseParser
from parley_executor.reasons import Reason
from parley_sandbox.anthropic import LoopbackClaude

EVENTS = [
    {
        "type": "message_start",
        "message": {"id": "msg_1", "model": "claude-sonnet-5", "usage": {"input_tokens": 1, "output_tokens": 1}},
    },
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "日本語 😀"}},
    {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 2}},
    {"type": "message_stop"},
]
REPLY = b"".join(b"event: e\r\ndata: " + orjson.dumps(event) + b"\r\n\r\n" for event in EVENTS)

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Upstream:
    """A server that answers as a test says, and keeps what it was asked and over which connections."""

    def __init__(self) -> None:
        self.answer: Answer = self.reply
        self.models_status = 200
        self.models: web.Response | None = None
        self.ports: set[int] = set()
        self.requests: list[web.Request] = []
        self.bodies: list[dict[str, Any]] = []
        self.base_url = ""

    async def reply(self, _: web.Request) -> web.StreamResponse:
        return web.Response(body=REPLY, content_type="text/event-stream")

    async def take(self, request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        self.ports.add(request.transport.get_extra_info("peername")[1])
        if request.path == "/v1/models":
            return self.models or web.json_response({"data": []}, status=self.models_status)
        self.requests.append(request)
        self.bodies.append(orjson.loads(await request.read()))
        return await self.answer(request)


@pytest.fixture
async def upstream() -> AsyncIterator[Upstream]:
    upstream = Upstream()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", upstream.take)
    runner = web.AppRunner(app, handler_cancellation=True, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    upstream.base_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield upstream
    await runner.cleanup()


@pytest.fixture
async def api(upstream: Upstream) -> AsyncIterator[Engine]:
    api = messages_api(upstream.base_url, headers_limit=0.3)
    await api.start()
    yield api
    await api.close(0.1)


async def test_replies_one_after_the_other_share_the_connection_that_the_start_warmed(
    api: Engine, upstream: Upstream
) -> None:
    for _ in range(5):
        events, error = await run(api, ask("hello"))
        assert (text_of(events), error) == ("日本語 😀", None)
    assert len(upstream.ports) == 1


async def test_the_request_carries_the_credential_and_the_version_of_the_form(api: Engine, upstream: Upstream) -> None:
    await run(api, ask("hello"))
    headers = upstream.requests[0].headers
    assert headers["x-api-key"] == "sk-ant-loopback"
    assert headers["anthropic-version"] == "2023-06-01"
    assert headers["content-type"] == "application/json"


async def test_bytes_that_come_one_by_one_are_the_same_reply(api: Engine, upstream: Upstream) -> None:
    async def slowly(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"content-type": "text/event-stream; charset=utf-8"})
        await response.prepare(request)
        for at in range(len(REPLY)):
            await response.write(REPLY[at : at + 1])
            await asyncio.sleep(0)
        return response

    upstream.answer = slowly
    events, error = await run(api, ask("hello"))
    assert (text_of(events), error) == ("日本語 😀", None)


async def test_an_api_that_takes_a_request_and_never_answers_is_told_as_that(api: Engine, upstream: Upstream) -> None:
    async def never(_: web.Request) -> web.StreamResponse:
        await asyncio.Event().wait()
        raise AssertionError

    upstream.answer = never
    _, error = await run(api, ask("hello"))
    assert error is not None
    assert (error.reason, error.retryable) == (Reason.NO_HEADERS, True)


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        (lambda: web.json_response({"type": "message"}), Reason.PROTOCOL),
        (lambda: web.Response(status=204), Reason.PROTOCOL),
        (lambda: web.Response(status=302, headers={"location": "http://127.0.0.1:9/stolen"}), Reason.PROTOCOL),
        (lambda: web.Response(body=b"data: {}\n\n", content_type="text/event-stream"), Reason.PROTOCOL),
        (lambda: web.Response(body=b"", content_type="text/event-stream"), Reason.CONNECT),
        (lambda: web.Response(status=502, text="<html>" + "x" * 300_000), Reason.UPSTREAM_5XX),
        (lambda: web.Response(status=400, body=b"\x00\xff"), Reason.INVALID_REQUEST),
    ],
)
async def test_an_answer_of_a_strange_form_has_its_reason(
    api: Engine, upstream: Upstream, response: Callable[[], web.Response], reason: Reason
) -> None:
    async def answer(_: web.Request) -> web.StreamResponse:
        return response()

    upstream.answer = answer
    _, error = await run(api, ask("hello"))
    assert error is not None
    assert error.reason is reason


async def test_an_event_that_never_ends_does_not_fill_the_memory(
    api: Engine, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SseParser.__init__, "__defaults__", (1000,))
    upstream.answer = endless
    _, error = await run(api, ask("hello"))
    assert error is not None
    assert error.reason is Reason.PROTOCOL


async def endless(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"content-type": "text/event-stream"})
    await response.prepare(request)
    while True:
        await response.write(b"data: " + b"x" * 1000)


async def test_a_credential_that_is_refused_is_told_at_the_start_and_to_each_turn(upstream: Upstream) -> None:
    async def refuse(_: web.Request) -> web.StreamResponse:
        return web.json_response({"type": "error", "error": {"type": "authentication_error"}}, status=401)

    upstream.models_status, upstream.answer = 401, refuse
    api = messages_api(upstream.base_url)
    with pytest.raises(EngineError) as caught:
        await api.start()
    assert caught.value.reason is Reason.UPSTREAM_AUTH
    assert api.health()
    _, error = await run(api, ask("hello"))
    assert error is not None
    assert error.reason is Reason.UPSTREAM_AUTH
    await api.close(0.1)


@pytest.mark.parametrize(
    "models",
    [
        lambda: web.json_response({"type": "error", "error": {"type": "not_found_error"}}, status=404),
        lambda: web.Response(status=500),
        lambda: web.Response(body=b"<html>", content_type="text/html"),
    ],
)
async def test_an_api_without_a_list_of_models_is_ready_and_nothing_is_said_that_a_model_might_refuse(
    upstream: Upstream, models: Callable[[], web.Response]
) -> None:
    upstream.models = models()
    api = messages_api(upstream.base_url)
    await api.start()
    assert api.health()
    events, error = await run(api, ask("hello"))
    assert (text_of(events), error) == ("日本語 😀", None)
    assert not {"thinking", "output_config"} & upstream.bodies[0].keys()
    with pytest.raises(EngineError):
        await api.models()
    await api.close(0.1)


@pytest.mark.parametrize(("silence", "connections"), [(60, 1), (600, 2)])
async def test_a_warm_connection_outlives_a_minute_of_silence_and_no_more_than_a_few(
    api: Engine, upstream: Upstream, monkeypatch: pytest.MonkeyPatch, silence: float, connections: int
) -> None:
    monkeypatch.setattr(aiohttp.connector, "monotonic", lambda: time.monotonic() + silence)
    events, error = await run(api, ask("hello"))
    assert (text_of(events), error) == ("日本語 😀", None)
    assert len(upstream.ports) == connections


async def test_it_is_warm_before_it_is_ready(upstream: Upstream) -> None:
    api = messages_api(upstream.base_url)
    assert not api.health()
    await api.start()
    assert api.health()
    assert len(upstream.ports) == 1
    await run(api, ask("hello"))
    assert len(upstream.ports) == 1, "the first request found a connection"
    await api.close(0.1)


async def test_where_nobody_listens_it_is_not_ready_until_somebody_does(unused_tcp_port: int) -> None:
    claude = LoopbackClaude()
    api = messages_api(f"http://127.0.0.1:{unused_tcp_port}")
    with pytest.raises(EngineError) as caught:
        await api.start()
    assert caught.value.reason is Reason.CONNECT
    assert not api.health()
    _, error = await run(api, ask("hello"))
    assert error is not None
    assert error.reason is Reason.CONNECT
    async with claude.serve(port=unused_tcp_port):
        await api.start()
        assert api.health()
        await api.close(0.1)


async def test_a_proxy_is_asked_for_the_api_when_there_is_one(upstream: Upstream) -> None:
    api = messages_api("http://claude.invalid", proxy=upstream.base_url)
    await api.start()
    events, error = await run(api, ask("hello"))
    assert (text_of(events), error) == ("日本語 😀", None)
    assert upstream.requests[0].host == "claude.invalid"
    await api.close(0.1)


async def test_before_its_start_and_after_its_end_a_stream_fails_as_a_connection_does(upstream: Upstream) -> None:
    api = messages_api(upstream.base_url)
    _, early = await run(api, ask("hello"))
    await api.start()
    await api.close(0.1)
    _, late = await run(api, ask("hello"))
    assert early is not None
    assert late is not None
    assert (early.reason, late.reason) == (Reason.CONNECT, Reason.CONNECT)


async def test_many_cancelled_streams_leave_no_connection(upstream: Upstream) -> None:
    api = messages_api(upstream.base_url)
    await api.start()
    arrived: asyncio.Queue[None] = asyncio.Queue()
    left: asyncio.Queue[None] = asyncio.Queue()

    async def hang(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"content-type": "text/event-stream"})
        await response.prepare(request)
        await response.write(REPLY[:400])
        arrived.put_nowait(None)
        try:
            await asyncio.Event().wait()
        finally:
            left.put_nowait(None)
        raise AssertionError

    upstream.answer = hang
    readers = [asyncio.create_task(run(api, ask("hello"))) for _ in range(50)]
    for _ in readers:
        await arrived.get()
    for reader in readers:
        reader.cancel()
    for _ in readers:
        await left.get()
    ends = await asyncio.gather(*readers, return_exceptions=True)
    assert {type(end) for end in ends} == {asyncio.CancelledError}
    await api.close(0.1)


def test_the_key_is_not_shown() -> None:
    api = messages_api("http://127.0.0.1:1")
    assert "sk-ant" not in repr(api._access)
