import asyncio
import gzip
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from google.rpc.status_pb2 import Status
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1 import trace_pb2
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from parley_sandbox.otlp import Address, TraceStore, as_text, serve_otlp, service_edges

PROTOBUF = {"content-type": "application/x-protobuf"}
PACKED = PROTOBUF | {"content-encoding": "gzip"}


@pytest.fixture
def store() -> TraceStore:
    return TraceStore()


@pytest.fixture
async def address(store: TraceStore) -> AsyncIterator[Address]:
    async with serve_otlp(store) as address:
        yield address


@pytest.fixture
async def api(address: Address) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(address.endpoint) as session:
        yield session


def provider(service: str, address: Address, compression: Compression) -> TracerProvider:
    made = TracerProvider(resource=Resource.create({"service.name": service}), shutdown_on_exit=False)
    exporter = OTLPSpanExporter(endpoint=f"{address.endpoint}/v1/traces", compression=compression)
    made.add_span_processor(BatchSpanProcessor(exporter))
    return made


@pytest.mark.parametrize("compression", [Compression.NoCompression, Compression.Gzip, Compression.Deflate])
async def test_what_the_sdk_exports_can_be_found_and_read(
    store: TraceStore, address: Address, compression: Compression
) -> None:
    gateway, cache = (provider(service, address, compression) for service in ("gateway", "cache"))
    with gateway.get_tracer("t").start_as_current_span("earlier") as earlier:
        link = trace.Link(earlier.get_span_context())
    with gateway.get_tracer("t").start_as_current_span(
        "turn", attributes={"discord.message.id": "77"}, links=[link]
    ) as turn:
        turn.add_event("first text", {"offset": 1})
        with cache.get_tracer("t").start_as_current_span("HoldTurn", kind=trace.SpanKind.SERVER) as held:
            held.set_status(trace.StatusCode.ERROR, "lease lost")
    for each in (cache, gateway):
        await asyncio.to_thread(each.force_flush)
        await asyncio.to_thread(each.shutdown)
    (trace_id,) = store.find("discord.message.id", "77")
    assert trace_id == f"{turn.get_span_context().trace_id:032x}"
    found = store.trace(trace_id)
    assert found is not None
    assert [(span.service, span.name, span.kind, span.status) for span in found.spans] == [
        ("gateway", "turn", "internal", "unset"),
        ("cache", "HoldTurn", "server", "error"),
    ]
    assert service_edges(found) == {("gateway", "cache")}
    assert found.spans[0].events[0].attributes == {"offset": 1}
    linked = store.trace(found.spans[0].links[0].trace_id)
    assert linked is not None
    assert [link.trace_id for link in linked.linked_from] == [trace_id]
    assert "ERROR lease lost" in as_text(found)


async def test_an_empty_export_is_answered_with_an_empty_response(api: aiohttp.ClientSession) -> None:
    async with api.post("/v1/traces", data=b"", headers=PROTOBUF) as response:
        assert (response.status, response.content_type) == (200, "application/x-protobuf")
        assert ExportTraceServiceResponse.FromString(await response.read()) == ExportTraceServiceResponse()


async def test_spans_that_cannot_be_kept_are_reported_and_the_others_kept(
    store: TraceStore, api: aiohttp.ClientSession
) -> None:
    good = trace_pb2.Span(trace_id=bytes(range(16)), span_id=bytes(range(8)), name="good")
    scope = trace_pb2.ScopeSpans(spans=[good, trace_pb2.Span(name="bad")])
    sent = ExportTraceServiceRequest(resource_spans=[trace_pb2.ResourceSpans(scope_spans=[scope])])
    async with api.post("/v1/traces", data=sent.SerializeToString(), headers=PROTOBUF) as response:
        partial = ExportTraceServiceResponse.FromString(await response.read()).partial_success
    assert (response.status, partial.rejected_spans) == (200, 1)
    assert "16 bytes" in partial.error_message
    assert [span.name for span in store.recent()[0].spans] == ["good"]


@pytest.mark.parametrize(
    ("body", "headers", "told"),
    [
        (b"\xff\xff\xff", PROTOBUF, "protobuf's binary form"),
        (gzip.compress(b"\xff\xff\xff", mtime=0), PROTOBUF | {"content-encoding": "gzip"}, "protobuf's binary form"),
        (b"not gzip at all", PROTOBUF | {"content-encoding": "gzip"}, "not gzip"),
        (b"hello", {"content-type": "text/plain"}, "text/plain is neither"),
    ],
    ids=["no protobuf", "no protobuf in gzip", "no gzip", "another type"],
)
async def test_a_bad_body_is_refused_with_a_status_that_says_why(
    store: TraceStore, api: aiohttp.ClientSession, body: bytes, headers: dict[str, str], told: str
) -> None:
    async with api.post("/v1/traces", data=body, headers=headers) as response:
        status = Status.FromString(await response.read())
    assert (response.status, response.content_type) == (400, "application/x-protobuf")
    assert told in status.message
    assert store.recent() == []


async def test_json_is_answered_in_json(store: TraceStore, api: aiohttp.ClientSession) -> None:
    span = {"traceId": "0af7651916cd43dd8448eb211c80319c", "spanId": "b7ad6b7169203331", "name": "chat"}
    async with api.post("/v1/traces", json={"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}) as response:
        assert (response.status, await response.json()) == (200, {})
    assert store.recent()[0].trace_id == span["traceId"]
    async with api.post("/v1/traces", data=b"{", headers={"content-type": "application/json"}) as response:
        assert response.status == 400
        assert (await response.json())["code"] == 3


async def test_what_comes_is_passed_on_to_another_receiver_with_its_headers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Basic%20abc, x-scope=parley")
    got: asyncio.Queue[tuple[str, str, bytes]] = asyncio.Queue()

    async def take(request: web.Request) -> web.Response:
        got.put_nowait((request.headers["authorization"], request.headers["x-scope"], await request.read()))
        return web.Response()

    onward = web.Application()
    onward.router.add_post("/base/v1/traces", take)
    async with (
        TestServer(onward) as server,
        serve_otlp(TraceStore(), forward=str(server.make_url("/base/"))) as address,
    ):
        sent = ExportTraceServiceRequest(resource_spans=[trace_pb2.ResourceSpans()]).SerializeToString()
        async with (
            aiohttp.ClientSession(address.endpoint) as api,
            api.post("/v1/traces", data=gzip.compress(sent), headers=PACKED) as response,
        ):
            assert response.status == 200
        async with asyncio.timeout(30):
            assert await got.get() == ("Basic abc", "parley", sent)


async def test_a_receiver_that_is_away_costs_the_sender_nothing(store: TraceStore) -> None:
    good = trace_pb2.Span(trace_id=bytes(range(16)), span_id=bytes(range(8)), name="good")
    sent = ExportTraceServiceRequest(
        resource_spans=[trace_pb2.ResourceSpans(scope_spans=[trace_pb2.ScopeSpans(spans=[good])])]
    )
    away = "http://127.0.0.1:1"
    async with serve_otlp(store, forward=away) as address, aiohttp.ClientSession(address.endpoint) as api:
        for _ in range(3):
            async with api.post("/v1/traces", data=sent.SerializeToString(), headers=PROTOBUF) as response:
                assert response.status == 200
    assert [span.name for span in store.recent()[0].spans] == ["good"]
