"""A service of bytes in all four cardinalities, both styles and all endings, to try instrumentation on."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

import grpc
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from parley_kit.channel import Channels
from parley_kit.faults import Exhausted
from parley_kit.interceptors import ServerInstrumentation
from parley_kit.settings import ServiceSettings
from parley_kit.telemetry import Telemetry

Cardinality = Literal["unary_unary", "unary_stream", "stream_unary", "stream_stream"]
Style = Literal["iterator", "reader_writer"]
Ending = Literal["ok", "fault", "mistake", "wait"]
SERVICE = "parley.toy.v1.ToyService"
WORDS = [b"one", b"two"]


@dataclass
class Toy:
    """What the servicer does in the middle of a call, and what it saw."""

    ending: Ending = "ok"
    entered: asyncio.Event = field(default_factory=asyncio.Event)
    cancelled: asyncio.Event = field(default_factory=asyncio.Event)
    heard: list[bytes] = field(default_factory=list)

    async def work(self) -> None:
        """Do what the test is about."""
        self.entered.set()
        if self.ending == "fault":
            raise Exhausted("POOL_FULL", "All slots are taken.", retry_after=timedelta(seconds=1))
        if self.ending == "mistake":
            raise ZeroDivisionError("a member's words")
        if self.ending == "wait":
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                self.cancelled.set()
                raise

    async def unary_unary(self, request: bytes, _context: Any) -> bytes:
        self.heard.append(request)
        await self.work()
        return b"".join(WORDS)

    async def unary_stream_iterator(self, request: bytes, _context: Any) -> AsyncIterator[bytes]:
        self.heard.append(request)
        yield WORDS[0]
        await self.work()
        yield WORDS[1]

    async def unary_stream_reader_writer(self, request: bytes, context: Any) -> None:
        self.heard.append(request)
        await context.write(WORDS[0])
        await self.work()
        await context.write(WORDS[1])

    async def stream_unary_iterator(self, requests: AsyncIterator[bytes], _context: Any) -> bytes:
        self.heard.extend([request async for request in requests])
        await self.work()
        return b"".join(WORDS)

    async def stream_unary_reader_writer(self, _requests: Any, context: Any) -> bytes:
        await self._read_all(context)
        await self.work()
        return b"".join(WORDS)

    async def stream_stream_iterator(self, requests: AsyncIterator[bytes], _context: Any) -> AsyncIterator[bytes]:
        yield WORDS[0]
        self.heard.extend([request async for request in requests])
        await self.work()
        yield WORDS[1]

    async def stream_stream_reader_writer(self, _requests: Any, context: Any) -> None:
        await context.write(WORDS[0])
        await self._read_all(context)
        await self.work()
        await context.write(WORDS[1])

    async def _read_all(self, context: Any) -> None:
        while (request := await context.read()) is not grpc.aio.EOF:
            self.heard.append(request)

    def handlers(self, style: Style) -> grpc.GenericRpcHandler:
        """Return every cardinality in a style."""
        made = {}
        for cardinality in ("unary_unary", "unary_stream", "stream_unary", "stream_stream"):
            name = cardinality if cardinality == "unary_unary" else f"{cardinality}_{style}"
            made[cardinality] = getattr(grpc, f"{cardinality}_rpc_method_handler")(getattr(self, name))
        return grpc.method_handlers_generic_handler(SERVICE, made)


async def converse(channel: grpc.aio.Channel, cardinality: Cardinality, style: Style, **options: Any) -> list[bytes]:
    """Say WORDS where a stream goes up, else one of them; return what comes down. Cancels its call when left."""
    call = getattr(channel, cardinality)(f"/{SERVICE}/{cardinality}")
    made = call(*_arguments(cardinality, style), **options)
    try:
        if cardinality.startswith("stream") and style == "reader_writer":
            for word in WORDS:
                await made.write(word)
            await made.done_writing()
        if cardinality.endswith("unary"):
            return [await made]
        return await _read(made, style)
    finally:
        made.cancel()


def _arguments(cardinality: Cardinality, style: Style) -> list[Any]:
    if cardinality.startswith("unary"):
        return [WORDS[0]]
    return [_requests()] if style == "iterator" else []


async def _requests() -> AsyncIterator[bytes]:
    for word in WORDS:
        yield word


async def _read(call: Any, style: Style) -> list[bytes]:
    if style == "iterator":
        return [word async for word in call]
    words: list[bytes] = []
    while (word := await call.read()) is not grpc.aio.EOF:
        words.append(word)
    return words


@dataclass
class Wire:
    """An instrumented client and an instrumented server, each with its own telemetry."""

    toy: Toy
    channels: Channels
    address: str
    client: Telemetry
    server: Telemetry
    client_spans: InMemorySpanExporter
    server_spans: InMemorySpanExporter

    @property
    def channel(self) -> grpc.aio.Channel:
        """The instrumented channel to the server."""
        return self.channels.channel(self.address)

    def spans(self) -> tuple[ReadableSpan, ReadableSpan]:
        """Return the client's and the server's only span."""
        (client,), (server,) = self.client_spans.get_finished_spans(), self.server_spans.get_finished_spans()
        return client, server

    def sample(self, side: str, name: str, /, **labels: str) -> float | None:
        """Return a sample of a side's metrics."""
        return (self.client if side == "client" else self.server).metrics.registry.get_sample_value(name, labels)

    async def quiet(self) -> None:
        """Wait until both sides have ended a call."""
        await until(lambda: bool(self.client_spans.get_finished_spans() and self.server_spans.get_finished_spans()))


async def until(true: Callable[[], bool], seconds: float = 30.0) -> None:
    """Wait for what the other side does in its own time."""
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110 — the other side has no event for it
            await asyncio.sleep(0.005)


@contextlib.asynccontextmanager
async def wired(style: Style, ending: Ending) -> AsyncIterator[Wire]:
    """Connect both sides over loopback."""
    toy, settings = Toy(ending), ServiceSettings()
    exporters = InMemorySpanExporter(), InMemorySpanExporter()
    client, server = (
        Telemetry(name, "0", settings, exporter) for name, exporter in zip(("client", "server"), exporters, strict=True)
    )
    listening = grpc.aio.server(interceptors=[ServerInstrumentation(server.tracer, server.metrics)])
    listening.add_generic_rpc_handlers((toy.handlers(style),))
    port = listening.add_insecure_port("127.0.0.1:0")
    await listening.start()
    channels = Channels(client.tracer, client.metrics)
    try:
        yield Wire(toy, channels, f"127.0.0.1:{port}", client, server, *exporters)
    finally:
        await channels.close()
        await listening.stop(0)
        await client.close()
        await server.close()
