from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2
from opentelemetry.trace import SpanKind, format_span_id, format_trace_id
from support.monitor import INTERVAL, Monitor, Peer, end_of, load, peer_of, settings
from support.services import channel_to, running

from parley.monitor.v1 import monitor_pb2 as pb
from parley.monitor.v1 import monitor_pb2_grpc
from parley_kit import semconv
from parley_kit.faults import InvalidInput
from parley_kit.status import fault_of
from parley_monitor.app import GRPC_SERVICES, build


async def eventually(true: Callable[[], bool]) -> None:
    """Wait for what a server does after its client has left and can no longer be told."""
    async with asyncio.timeout(30):
        while not true():  # noqa: ASYNC110 — the server has no event for it
            await asyncio.sleep(0.01)


def free(capacity: pb.CapacityMap) -> dict[str, int]:
    return {executor.instance: executor.free for executor in capacity.executors}


async def test_a_reporter_is_told_first_how_often_to_report(peer: Peer) -> None:
    call = await peer.report()
    first = await anext(aiter(call))
    assert first.interval.ToTimedelta().total_seconds() == INTERVAL


async def test_what_executors_report_reaches_who_watches(peer: Peer) -> None:
    watch = peer.watch()
    executor = await peer.report(load(busy=1, version="1.0"))
    capacity = await watch.next()
    assert capacity.tier == pb.TIER_NORMAL
    assert list(capacity.executors) == [
        pb.Executor(instance="executor-1", address="executor-1.test:50053", version="1.0", slots=4, free=3)
    ]
    await executor.write(load(busy=4))
    assert (await watch.until(lambda each: each.tier == pb.TIER_BUSY)).executors[0].free == 0


async def test_an_executor_that_claudes_limits_leave_nothing_offers_no_slot_until_they_do(
    peer: Peer, monitor: Monitor
) -> None:
    watch = peer.watch()
    executor = await peer.report(load(headroom=pb.Headroom(requests=pb.Allowance(share=0.0), calls=0)))
    assert (await watch.until(lambda each: bool(each.executors))).executors[0].free == 0
    assert monitor.sample(semconv.CAPACITY_HEADROOM, {"limit": "requests"}) == 0
    assert monitor.sample(semconv.CAPACITY_HEADROOM, {"limit": "input_tokens"}) is None
    assert monitor.sample(semconv.CAPACITY_SLOTS, {"pool": "executor", "state": "blocked"}) == 4
    await executor.write(load(headroom=pb.Headroom(requests=pb.Allowance(share=0.5))))
    assert (await watch.until(lambda each: each.tier == pb.TIER_NORMAL)).executors[0].free == 4


async def test_a_late_watcher_gets_the_whole_map_at_once(peer: Peer) -> None:
    await peer.report(load("executor-1"), load("gateway-1", service="gateway"))
    await peer.report(load("executor-2", busy=2))
    await peer.watch().until(lambda each: len(each.executors) == 2)
    capacity = await peer.watch().next()
    assert free(capacity) == {"executor-1": 4, "executor-2": 2}
    assert [gateway.instance for gateway in capacity.gateways] == ["gateway-1"]


async def test_a_silent_executor_counts_as_saturated_until_it_speaks_again(peer: Peer) -> None:
    watch = peer.watch()
    executor = await peer.report(load())
    await watch.until(lambda each: each.tier == pb.TIER_NORMAL)
    silent = await watch.until(lambda each: each.tier == pb.TIER_BUSY)
    assert (silent.executors[0].stale, silent.executors[0].free) == (True, 0)
    await executor.write(load())
    assert free(await watch.until(lambda each: each.tier == pb.TIER_NORMAL)) == {"executor-1": 4}


async def test_an_executor_that_reports_anew_is_the_same_executor(peer: Peer) -> None:
    watch = peer.watch()
    first = await peer.report(load(busy=1))
    await watch.until(lambda each: free(each) == {"executor-1": 3})
    await peer.report(load(busy=2))
    await watch.until(lambda each: free(each) == {"executor-1": 2})
    first.cancel()
    await peer.report(load(busy=4))
    assert free(await watch.until(lambda each: each.tier == pb.TIER_BUSY)) == {"executor-1": 0}


async def test_an_executor_that_drains_offers_nothing_and_is_gone_when_it_ends(peer: Peer) -> None:
    watch = peer.watch()
    executor = await peer.report(load())
    await watch.next()
    await executor.write(load(draining=True))
    draining = await watch.until(lambda each: each.executors[0].draining)
    assert (draining.tier, draining.executors[0].free) == (pb.TIER_UNAVAILABLE, 0)
    await executor.done_writing()
    assert not (await watch.until(lambda each: not each.executors)).executors
    assert await end_of(executor) is grpc.StatusCode.OK


async def test_a_slow_watcher_holds_up_nobody_and_sees_the_newest(monitor: Monitor, peer: Peer) -> None:
    narrow = grpc.aio.insecure_channel(monitor.address, options=[("grpc.http2.bdp_probe", 0)])
    slow, quick = Peer(monitor_pb2_grpc.MonitorServiceStub(narrow)).watch(), peer.watch()
    many = [await peer.report(load(f"executor-{n}", version="v" * 120)) for n in range(40)]
    await quick.until(lambda each: len(each.executors) == 40)
    for round_ in range(1, 60):
        await many[0].write(load("executor-0", total=100, busy=round_))
        await quick.until(lambda each, left=100 - round_: free(each).get("executor-0") == left)  # type: ignore[misc]  # a default binds the loop's value
    for executor in many:
        executor.cancel()
    newest = await slow.until(lambda each: free(each).get("executor-0") == 41 or each.executors[0].stale)
    assert (len(newest.executors), newest.executors[0].slots) == (40, 100)
    assert len(slow.seen) < len(quick.seen) / 2
    slow.call.cancel()
    await narrow.close()


async def test_many_watchers_see_the_same(peer: Peer) -> None:
    watches = [peer.watch() for _ in range(30)]
    await peer.report(load())
    maps = await asyncio.gather(*(watch.until(lambda each: bool(each.executors)) for watch in watches))
    assert {each.SerializeToString(deterministic=True) for each in maps} == {
        maps[0].SerializeToString(deterministic=True)
    }


async def test_watchers_and_reporters_that_leave_leave_nothing(monitor: Monitor, peer: Peer) -> None:
    executor, watch = await peer.report(load()), peer.watch()
    await anext(aiter(executor))
    await watch.next()
    methods = [f"parley.monitor.v1.MonitorService/{method}" for method in ("Report", "WatchCapacity")]

    def open_calls() -> list[float | None]:
        labels = [{"rpc_method": method, "side": "server"} for method in methods]
        return [monitor.sample(semconv.GRPC_CALLS_IN_FLIGHT, each) for each in labels]

    assert open_calls() == [1, 1]
    executor.cancel()
    watch.call.cancel()
    await eventually(lambda: open_calls() == [0, 0])
    await eventually(lambda: len([span for span in monitor.spans if span.name in methods]) == 2)
    codes = {
        span.name: span.attributes[semconv.RPC_STATUS_CODE]
        for span in monitor.spans
        if span.name in methods and span.attributes
    }
    report, watching = (codes[method] for method in methods)
    assert watching == "CANCELLED"
    assert report in {"CANCELLED", "OK"}, (
        "a reporter that leaves may be heard to say no more before it is heard to leave"
    )


@pytest.mark.parametrize(
    ("field", "request_"),
    [
        ("report", pb.ReportRequest()),
        ("report.instance", load("")),
        ("report.service", load(service="toaster")),
    ],
)
async def test_a_wrong_report_ends_its_stream_and_names_the_field(
    monitor: Monitor, peer: Peer, field: str, request_: pb.ReportRequest
) -> None:
    call = await peer.report(request_)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        async for _ in call:
            pass
    fault = fault_of(refused.value)
    assert isinstance(fault, InvalidInput)
    assert fault.field == field
    service = "executor" if field == "report.instance" else "unknown"
    assert monitor.sample(semconv.REPORTS, {"service": service, "outcome": "refused"}) == 1


async def test_nothing_is_told_and_health_says_no_before_a_whole_interval_was_heard() -> None:
    async with running(settings(interval=0.5), "parley-monitor", build) as monitor, peer_of(monitor) as peer:
        began = asyncio.get_running_loop().time()
        assert await health_of(monitor) == health_pb2.HealthCheckResponse.NOT_SERVING
        await peer.report(load())
        capacity = await peer.watch().next()
        assert asyncio.get_running_loop().time() - began >= 0.45
        assert capacity.tier == pb.TIER_NORMAL
        assert await health_of(monitor) == health_pb2.HealthCheckResponse.SERVING


async def health_of(monitor: Monitor) -> int:
    async with channel_to(monitor.address) as channel:
        check: Any = channel.unary_unary(
            "/grpc.health.v1.Health/Check",
            request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
            response_deserializer=health_pb2.HealthCheckResponse.FromString,
        )
        answer = await check(health_pb2.HealthCheckRequest(service=GRPC_SERVICES[0]))
    return int(answer.status)


async def test_a_drain_ends_reports_and_watches_at_once() -> None:
    announce = settings(grace=30, drain_announce=0.2)
    async with running(announce, "parley-monitor", build) as monitor, peer_of(monitor) as peer:
        executor, watch = await peer.report(load()), peer.watch()
        await anext(aiter(executor))
        await watch.next()
        began = asyncio.get_running_loop().time()
        monitor.bound.service.drain()
        assert await watch.ended() is grpc.StatusCode.UNAVAILABLE
        assert await end_of(executor) is grpc.StatusCode.UNAVAILABLE
        assert asyncio.get_running_loop().time() - began < 2
        assert await peer.watch().ended() is grpc.StatusCode.UNAVAILABLE
        assert await end_of(await peer.report()) is grpc.StatusCode.UNAVAILABLE


async def test_a_stop_with_open_calls_does_not_wait_for_the_grace() -> None:
    loop = asyncio.get_running_loop()
    async with running(settings(grace=30), "parley-monitor", build) as monitor, peer_of(monitor) as peer:
        executor, watch = await peer.report(load()), peer.watch()
        await anext(aiter(executor))
        await watch.next()
        began = loop.time()
    assert loop.time() - began < 5


async def test_each_new_map_is_a_root_span_and_carries_it(monitor: Monitor, peer: Peer) -> None:
    watch = peer.watch()
    executor = await peer.report(load(busy=1))
    await watch.until(lambda each: bool(each.executors))
    await executor.write(load(busy=2))
    newest = await watch.until(lambda each: free(each) == {"executor-1": 2})
    spans = [span for span in monitor.spans if span.name == semconv.ASSESS_CAPACITY]
    span = next(each for each in spans if each.attributes and each.attributes[semconv.CAPACITY_SLOTS_FREE] == 2)
    context = span.get_span_context()
    assert context is not None
    assert newest.traceparent.startswith(f"00-{format_trace_id(context.trace_id)}-{format_span_id(context.span_id)}-")
    assert (span.parent, span.kind) == (None, SpanKind.INTERNAL)
    assert dict(span.attributes or {}) == {
        semconv.CAPACITY_TIER: "normal",
        semconv.CAPACITY_SLOTS_TOTAL: 4,
        semconv.CAPACITY_SLOTS_FREE: 2,
        semconv.CAPACITY_EXECUTORS: 1,
    }


async def test_unchanged_maps_make_no_span(monitor: Monitor, peer: Peer) -> None:
    watch = peer.watch()
    executor = await peer.report(load(busy=1))
    await watch.next()
    for memory in range(5):
        await executor.write(load(busy=1, memory_bytes=memory))
    await executor.write(load(busy=2))
    await watch.until(lambda each: free(each) == {"executor-1": 2})
    traceparents = [each.traceparent for each in watch.seen]
    spans = [span for span in monitor.spans if span.name == semconv.ASSESS_CAPACITY]
    assert len(spans) == len(traceparents) == 2


async def test_the_figures_of_the_fleet_are_scraped(monitor: Monitor, peer: Peer) -> None:
    watch = peer.watch()
    await peer.report(load(total=4, busy=1))
    await peer.report(load("executor-2", total=8, draining=True))
    await watch.until(lambda each: len(each.executors) == 2)
    slots = {
        state: monitor.sample(semconv.CAPACITY_SLOTS, {"pool": "executor", "state": state})
        for state in ("free", "busy", "draining", "stale")
    }
    assert slots == {"free": 3, "busy": 1, "draining": 8, "stale": 0}
    assert monitor.sample(semconv.EXECUTORS, {"state": "live"}) == 1
    assert monitor.sample(semconv.EXECUTORS, {"state": "draining"}) == 1
    assert monitor.sample(semconv.SATURATION_RATIO, {"pool": "executor"}) == 0.25
    assert monitor.sample(semconv.SATURATION_RATIO, {"pool": "cache"}) is None
    tiers = {tier: monitor.sample(semconv.SERVICE_TIER, {"tier": tier}) for tier in ("normal", "busy", "unavailable")}
    assert tiers == {"normal": 1, "busy": 0, "unavailable": 0}
    assert monitor.sample(semconv.REPORTS, {"service": "executor", "outcome": "accepted"}) == 2
    age = monitor.sample(semconv.REPORT_AGE)
    assert age is not None
    assert 0 <= age < 10


async def test_the_monitor_reports_itself(monitor: Monitor, peer: Peer) -> None:
    await peer.report(load())
    await peer.watch().next()
    reports = monitor.sample(semconv.REPORTS, {"service": "monitor", "outcome": "accepted"})
    assert reports is not None
    assert reports >= 1
    ratio = monitor.sample(semconv.SATURATION_RATIO, {"pool": "monitor"})
    assert ratio is not None
    assert ratio > 0


async def test_a_restarted_monitor_knows_the_fleet_again_from_its_reports() -> None:
    async with running(settings(), "parley-monitor", build) as before, peer_of(before) as peer:
        await peer.report(load(busy=1))
        await peer.watch().until(lambda each: free(each) == {"executor-1": 3})
    again = settings(listen=before.address)
    async with running(again, "parley-monitor", build) as after, peer_of(after) as peer:
        watch = peer.watch()
        await peer.report(load(busy=2))
        assert free(await watch.next()) == {"executor-1": 2}
