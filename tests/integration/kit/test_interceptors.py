from __future__ import annotations

import asyncio
import itertools
from typing import get_args

import grpc
import pytest
from opentelemetry.trace import StatusCode
from support.calls import SERVICE, WORDS, Cardinality, Style, Wire, converse, until, wired

from parley_kit import semconv
from parley_kit.faults import Exhausted
from parley_kit.status import fault_of

MATRIX = [
    (cardinality, server, client)
    for cardinality, server, client in itertools.product(get_args(Cardinality), get_args(Style), get_args(Style))
    if cardinality != "unary_unary" or server == client == "iterator"
]
everywhere = pytest.mark.parametrize(("cardinality", "server", "client"), MATRIX, ids=["-".join(row) for row in MATRIX])


def assert_recorded(wire: Wire, cardinality: Cardinality, client_code: str, server_code: str) -> None:
    """Both sides have one span in one trace, one sample, and nothing in flight."""
    method = f"{SERVICE}/{cardinality}"
    client, server = wire.spans()
    assert (client.name, server.name) == (method, method)
    assert client.context is not None
    assert server.parent is not None
    assert (server.parent.trace_id, server.parent.span_id) == (client.context.trace_id, client.context.span_id)
    for side, span, code in (("client", client, client_code), ("server", server, server_code)):
        assert span.attributes is not None
        assert span.attributes[semconv.RPC_STATUS_CODE] == code, side
        assert span.attributes[semconv.RPC_METHOD] == method
        assert span.attributes[semconv.RPC_SYSTEM_NAME] == "grpc"
    for side, name, code in (
        ("client", semconv.RPC_CLIENT_DURATION, client_code),
        ("server", semconv.RPC_SERVER_DURATION, server_code),
    ):
        assert wire.sample(side, f"{name}_count", rpc_method=method, rpc_status_code=code) == 1
        assert wire.sample(side, semconv.GRPC_CALLS_IN_FLIGHT, rpc_method=method, side=side) == 0


@everywhere
async def test_a_call_that_succeeds(cardinality: Cardinality, server: Style, client: Style) -> None:
    async with wired(server, "ok") as wire:
        said = await converse(wire.channel, cardinality, client, timeout=30)
        await wire.quiet()
    assert b"".join(said) == b"".join(WORDS)
    assert wire.toy.heard == (WORDS if cardinality.startswith("stream") else WORDS[:1])
    assert_recorded(wire, cardinality, "OK", "OK")
    assert [span.status.status_code for span in wire.spans()] == [StatusCode.UNSET, StatusCode.UNSET]


@everywhere
async def test_a_fault_is_a_status_with_its_details(cardinality: Cardinality, server: Style, client: Style) -> None:
    async with wired(server, "fault") as wire:
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await converse(wire.channel, cardinality, client, timeout=30)
        await wire.quiet()
    fault = fault_of(refused.value)
    assert isinstance(fault, Exhausted)
    assert (fault.reason, fault.message) == ("POOL_FULL", "All slots are taken.")
    assert fault.retry_after is not None
    assert_recorded(wire, cardinality, "RESOURCE_EXHAUSTED", "RESOURCE_EXHAUSTED")
    assert [span.status.status_code for span in wire.spans()] == [StatusCode.ERROR, StatusCode.UNSET]


@everywhere
async def test_a_mistake_of_ours_tells_nobody_its_text(
    cardinality: Cardinality, server: Style, client: Style, caplog: pytest.LogCaptureFixture
) -> None:
    async with wired(server, "mistake") as wire:
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await converse(wire.channel, cardinality, client, timeout=30)
        await wire.quiet()
    assert refused.value.code() is grpc.StatusCode.INTERNAL
    told = refused.value.details() or ""
    span = wire.spans()[1]
    assert span.context is not None
    assert f"{span.context.trace_id:032x}" in told
    assert "words" not in told
    assert "words" not in span.to_json()
    assert_recorded(wire, cardinality, "INTERNAL", "INTERNAL")
    assert [span.status.status_code for span in wire.spans()] == [StatusCode.ERROR, StatusCode.ERROR]


@everywhere
async def test_a_caller_that_leaves_stops_the_server(cardinality: Cardinality, server: Style, client: Style) -> None:
    async with wired(server, "wait") as wire:
        calling = asyncio.create_task(converse(wire.channel, cardinality, client, timeout=None))
        async with asyncio.timeout(30):
            await wire.toy.entered.wait()
            calling.cancel()
            with pytest.raises(asyncio.CancelledError):
                await calling
            await wire.toy.cancelled.wait()
        await wire.quiet()
    assert_recorded(wire, cardinality, "CANCELLED", "CANCELLED")
    assert [span.status.status_code for span in wire.spans()] == [StatusCode.UNSET, StatusCode.UNSET]


@everywhere
async def test_a_deadline_that_passes_stops_the_server(cardinality: Cardinality, server: Style, client: Style) -> None:
    async with wired(server, "wait") as wire:
        with pytest.raises(grpc.aio.AioRpcError) as late:
            await converse(wire.channel, cardinality, client, timeout=0.3)
        assert late.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
        async with asyncio.timeout(30):
            await wire.toy.cancelled.wait()
        await wire.quiet()
    assert_recorded(wire, cardinality, "DEADLINE_EXCEEDED", "DEADLINE_EXCEEDED")
    assert [span.status.status_code for span in wire.spans()] == [StatusCode.ERROR, StatusCode.ERROR]


async def test_a_unary_call_without_a_deadline_gets_one() -> None:
    async with wired("iterator", "wait") as wire:
        began = asyncio.get_running_loop().time()
        with pytest.raises(grpc.aio.AioRpcError) as late:
            await converse(wire.channel, "unary_unary", "iterator")
        assert late.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
        assert asyncio.get_running_loop().time() - began < 3


@pytest.mark.parametrize("cardinality", ["unary_stream", "stream_stream"])
@pytest.mark.parametrize("server", get_args(Style))
async def test_a_reader_that_leaves_in_the_middle_stops_the_server(cardinality: Cardinality, server: Style) -> None:
    async with wired(server, "wait") as wire:
        made = getattr(wire.channel, cardinality)(f"/{SERVICE}/{cardinality}")
        call = made(WORDS[0]) if cardinality == "unary_stream" else made()
        if cardinality == "stream_stream":
            await call.done_writing()
        assert await call.read() == WORDS[0]
        await wire.toy.entered.wait()
        call.cancel()
        async with asyncio.timeout(30):
            await wire.toy.cancelled.wait()
        await wire.quiet()
    assert_recorded(wire, cardinality, "CANCELLED", "CANCELLED")


async def test_while_a_call_is_open_it_is_in_flight_on_both_sides() -> None:
    async with wired("iterator", "wait") as wire:
        calling = asyncio.create_task(converse(wire.channel, "stream_stream", "iterator"))
        await wire.toy.entered.wait()
        method = f"{SERVICE}/stream_stream"
        assert wire.sample("client", semconv.GRPC_CALLS_IN_FLIGHT, rpc_method=method, side="client") == 1
        assert wire.sample("server", semconv.GRPC_CALLS_IN_FLIGHT, rpc_method=method, side="server") == 1
        calling.cancel()
        await asyncio.gather(calling, return_exceptions=True)
        await wire.quiet()


async def test_a_server_that_is_away_is_an_unavailable_call() -> None:
    async with wired("iterator", "ok") as wire:
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await converse(wire.channels.channel("127.0.0.1:1"), "unary_unary", "iterator")
        assert refused.value.code() is grpc.StatusCode.UNAVAILABLE
        await until(lambda: bool(wire.client_spans.get_finished_spans()))
    (span,) = wire.client_spans.get_finished_spans()
    assert span.attributes is not None
    assert span.attributes[semconv.RPC_STATUS_CODE] == "UNAVAILABLE"
    assert span.attributes[semconv.SERVER_ADDRESS] == "127.0.0.1:1"


async def test_the_sample_of_a_call_leads_to_its_trace() -> None:
    async with wired("iterator", "ok") as wire:
        await converse(wire.channel, "unary_unary", "iterator")
        await wire.quiet()
    for side, span in zip((wire.client, wire.server), wire.spans(), strict=True):
        assert span.context is not None
        exemplars = [
            sample.exemplar.labels["trace_id"]
            for family in side.metrics.registry.collect()
            for sample in family.samples
            if sample.exemplar
        ]
        assert f"{span.context.trace_id:032x}" in exemplars


async def test_an_idle_connection_is_closed_and_made_again_by_the_next_call() -> None:
    async with wired("iterator", "ok") as wire:
        wire.channels._idle = 0
        assert await converse(wire.channel, "unary_unary", "iterator")
        await wire.quiet()
        await wire.channels.close_idle()
        assert await converse(wire.channel, "unary_unary", "iterator")


async def test_a_connection_in_use_is_not_idle() -> None:
    async with wired("iterator", "wait") as wire:
        wire.channels._idle = 0
        calling = asyncio.create_task(converse(wire.channel, "stream_stream", "iterator"))
        await wire.toy.entered.wait()
        await wire.channels.close_idle()
        assert not calling.done()
        assert not wire.toy.cancelled.is_set()
        calling.cancel()
        await asyncio.gather(calling, return_exceptions=True)
        await wire.quiet()
