"""What operators and the sandbox see of a gateway."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest
from support.gateways import World
from support.services import channel_to

from parley.gateway.v1 import gateway_pb2 as pb
from parley.gateway.v1.gateway_pb2_grpc import GatewayServiceStub
from parley.monitor.v1 import monitor_pb2
from parley.monitor.v1.monitor_pb2_grpc import MonitorServiceStub

SECRET = "marzipan and quicksilver"


@pytest.fixture
async def stub(parley: World) -> AsyncIterator[GatewayServiceStub]:
    async with channel_to(parley.gateways[0].address) as channel:
        yield GatewayServiceStub(channel)


async def test_the_status_tells_shards_and_peers(parley: World, stub: GatewayServiceStub) -> None:
    status = await stub.GetStatus(pb.GetStatusRequest())
    assert status.instance == parley.gateways[0].bound.runtime.settings.instance
    assert [(shard.id, shard.ready) for shard in status.shards] == [(0, True)]
    assert {peer.service: peer.reachable for peer in status.peers} == {
        "cache": True,
        "monitor": True,
        "executor": True,
    }
    assert not status.draining


async def test_a_turn_is_watched_from_its_beginning_to_its_end_without_its_text(
    parley: World, stub: GatewayServiceStub
) -> None:
    watch = stub.WatchTurns(pb.WatchTurnsRequest())
    question = parley.ask(f"{SECRET} [[ttft=0.2 tps=60 tokens=60]]")
    seen = await _until_ended(watch)
    assert {turn.turn_id for turn in seen} == {question}
    states = [turn.state for turn in seen]
    assert states == sorted(states)
    last = seen[-1]
    assert (last.source, last.outcome, last.reason) == ("lead", "answered", "")
    assert list(last.message_ids) == list(parley.replies(question))
    assert last.executor == parley.executors[0].address
    assert last.first_text_at.ToDatetime() <= last.ended_at.ToDatetime()
    assert len(last.trace_id) == 32
    assert SECRET not in str(seen)


async def test_who_comes_later_sees_recent_turns(parley: World, stub: GatewayServiceStub) -> None:
    question = parley.ask("Hello [[error=529 times=9]]")
    await parley.ended(question)
    last = (await _until_ended(stub.WatchTurns(pb.WatchTurnsRequest())))[-1]
    assert (last.turn_id, last.outcome, last.reason) == (question, "failed", "OVERLOADED")


async def test_a_drain_ends_watches_at_once(parley: World, stub: GatewayServiceStub) -> None:
    watch: Any = stub.WatchTurns(pb.WatchTurnsRequest())
    reading = aiter(watch)
    parley.ask("Hello")
    await anext(reading)
    parley.service(0).drain()
    with pytest.raises(grpc.aio.AioRpcError) as ended:
        await _to_the_end(reading)
    assert ended.value.code() is grpc.StatusCode.UNAVAILABLE
    assert (await stub.GetStatus(pb.GetStatusRequest())).draining


async def test_the_monitor_knows_the_gateway(parley: World) -> None:
    assert parley.monitor is not None
    async with channel_to(parley.monitor.address) as channel:
        watch = MonitorServiceStub(channel).WatchCapacity(monitor_pb2.WatchCapacityRequest(watcher="test"))
        async for response in watch:
            if response.capacity.gateways:
                break
        watch.cancel()
    assert response.capacity.gateways[0].instance == parley.gateways[0].bound.runtime.settings.instance


async def test_health_says_when_discord_is_ready(parley: World) -> None:
    health = parley.gateways[0].bound.runtime.health
    await parley.until(lambda: health.states.get("parley.gateway.v1.GatewayService") is True)
    await parley.cache_stack.aclose()
    await parley.until(lambda: health.states["cache"] is False)
    assert health.states["parley.gateway.v1.GatewayService"], "it serves what it can"


async def _to_the_end(reading: AsyncIterator[pb.WatchTurnsResponse]) -> None:
    async for _ in reading:
        pass


async def _until_ended(watch: Any) -> list[pb.Turn]:
    seen = []
    async for response in watch:
        seen.append(response.turn)
        if response.turn.state == pb.TURN_STATE_ENDED:
            break
    watch.cancel()
    return seen
