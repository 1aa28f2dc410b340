import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import grpc
import grpc.aio
from google.protobuf.message import Message
from support.loopback import Cast
from support.page import Page, playground
from support.spans import span

from parley.gateway.v1 import gateway_pb2
from parley.monitor.v1 import monitor_pb2


async def _turns(_request: gateway_pb2.WatchTurnsRequest, _context: object) -> AsyncIterator[Message]:
    """Tell one turn, then hold the line."""
    turn = gateway_pb2.Turn(turn_id="7", trace_id="t1", state=gateway_pb2.TURN_STATE_ENDED, message_ids=["8"])
    yield gateway_pb2.WatchTurnsResponse(turn=turn)
    await asyncio.Event().wait()


async def _capacity(_request: monitor_pb2.WatchCapacityRequest, _context: object) -> AsyncIterator[Message]:
    yield monitor_pb2.WatchCapacityResponse(capacity=monitor_pb2.CapacityMap(tier=monitor_pb2.TIER_NORMAL))
    await asyncio.Event().wait()


def _service(name: str, method: str, answer: Any, request: type[Message]) -> grpc.GenericRpcHandler:
    handler: grpc.RpcMethodHandler[Any, Any] = grpc.unary_stream_rpc_method_handler(
        answer, request_deserializer=request.FromString, response_serializer=lambda message: message.SerializeToString()
    )
    return grpc.method_handlers_generic_handler(name, {method: handler})


async def _serve(port: int = 0) -> tuple[grpc.aio.Server, int]:
    server = grpc.aio.server()
    server.add_generic_rpc_handlers(
        [
            _service("parley.gateway.v1.GatewayService", "WatchTurns", _turns, gateway_pb2.WatchTurnsRequest),
            _service("parley.monitor.v1.MonitorService", "WatchCapacity", _capacity, monitor_pb2.WatchCapacityRequest),
        ]
    )
    bound = server.add_insecure_port(f"127.0.0.1:{port}")
    await server.start()
    return server, bound


async def test_turns_and_capacity_come_from_the_services_and_come_back_when_those_do() -> None:
    server, port = await _serve()
    address = f"127.0.0.1:{port}"
    async with playground(gateways=(address,), monitor=address) as (sandbox, url), aiohttp.ClientSession(url) as http:
        page = Page(sandbox, url, http, Cast(sandbox.discord))
        async with page.events(**{"Last-Event-ID": sandbox.feed.id_of(0)}) as events, asyncio.timeout(20):
            while not (sandbox.turns.newest_first() and sandbox.capacity.now):
                await events.next()
            assert (await page.get("/api/turns/8"))["turn_id"] == "7"
            assert [turn["turn_id"] for turn in (await page.get("/api/turns"))["turns"]] == ["7"]
            assert (await page.get("/api/capacity"))["capacity"]["tier"] == "normal"
            await server.stop(None)
            while sandbox.capacity.now is not None:
                await events.next("capacity")
            server, _ = await _serve(port)
            while sandbox.capacity.now is None:
                await events.next("capacity")
    await server.stop(None)


async def test_an_unknown_turn_is_refused_and_one_that_only_its_trace_knows_is_found(page: Page) -> None:
    await page.get("/api/turns/5", 404)
    page.sandbox.traces.add([span("root", attributes={"parley.turn.id": "5"})])
    assert (await page.get("/api/turns/5"))["trace_id"] == "t1"


async def test_a_trace_is_shown_as_rows_as_text_and_in_the_list(page: Page) -> None:
    await page.get("/api/traces/t1", 204)
    page.sandbox.traces.add([span("root", end=20), span("child", parent="root", start=1, end=9, service="cache")])
    trace = await page.get("/api/traces/t1")
    assert [(row["name"], row["depth"], row["party"]) for row in trace["spans"]] == [
        ("root", 0, "gateway"),
        ("child", 1, "cache"),
    ]
    (line,) = (await page.get("/api/traces"))["traces"]
    assert (line["name"], line["spans"], line["duration_ms"]) == ("root", 2, 20.0)
    async with page.http.get("/api/traces/t1", params={"format": "text"}) as response:
        assert "└─ cache  child" in await response.text()
