"""What a monitor asks of the cache, on the stream of its load reports."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest
from support.cache_lines import SECONDS, CacheBench, Start
from typing_extensions import override

from parley.cache.v1 import replies_pb2, replies_pb2_grpc
from parley.monitor.v1 import monitor_pb2 as pb
from parley.monitor.v1 import monitor_pb2_grpc

HOUR = 3600


class Monitor(monitor_pb2_grpc.MonitorServiceServicer):
    """A monitor that says what a test wants."""

    def __init__(self) -> None:
        self.sayings: asyncio.Queue[pb.ReportResponse] = asyncio.Queue()

    @override
    async def Report(self, request_iterator: Any, context: Any) -> AsyncIterator[pb.ReportResponse]:
        while True:
            yield await self.sayings.get()

    @override
    async def WatchCapacity(self, request: Any, context: Any) -> AsyncIterator[pb.WatchCapacityResponse]:
        await context.abort(grpc.StatusCode.UNIMPLEMENTED, "This monitor only asks.")
        yield pb.WatchCapacityResponse()

    def ask(self, number: int, factor: float) -> None:
        directive = pb.Directive(number=number, tune_ttl=pb.TuneTtl(factor=factor))
        self.sayings.put_nowait(pb.ReportResponse(directive=directive))


@contextlib.asynccontextmanager
async def _served(monitor: Monitor) -> AsyncIterator[str]:
    server = grpc.aio.server()
    monitor_pb2_grpc.add_MonitorServiceServicer_to_server(monitor, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        await server.stop(0)


async def _time_to_live(cache: CacheBench, seconds: int) -> None:
    """Wait until new replies are kept for so long."""
    stub = replies_pb2_grpc.ReplyServiceStub(cache.channel)
    async with asyncio.timeout(SECONDS):
        while (await stub.GetStatistics(replies_pb2.GetStatisticsRequest())).time_to_live.seconds != seconds:  # noqa: ASYNC110 — done in the background, unseen
            await asyncio.sleep(0.01)


async def test_a_monitor_tunes_how_long_replies_are_kept_within_the_bounds_that_are_set(start: Start) -> None:
    monitor = Monitor()
    async with _served(monitor) as address, start(monitor=address) as cache:
        await _time_to_live(cache, HOUR)
        monitor.ask(1, 0.5)
        await _time_to_live(cache, HOUR // 2)
        monitor.ask(2, 1000.0)
        await _time_to_live(cache, 24 * HOUR)
        monitor.ask(3, 0.001)
        await _time_to_live(cache, 600)
        await cache.clock.advance(1)
        assert cache.service.sample("parley_cache_reply_ttl_seconds") == 600


@pytest.mark.parametrize("factor", [0.0, -1.0, float("nan"), float("inf")])
async def test_what_is_repeated_or_makes_no_sense_is_left(start: Start, factor: float) -> None:
    monitor = Monitor()
    async with _served(monitor) as address, start(monitor=address) as cache:
        monitor.ask(5, 0.5)
        monitor.ask(5, 0.5)
        monitor.ask(6, factor)
        monitor.sayings.put_nowait(pb.ReportResponse(directive=pb.Directive(number=7)))
        monitor.ask(8, 3.0)
        await _time_to_live(cache, 3 * HOUR // 2)
