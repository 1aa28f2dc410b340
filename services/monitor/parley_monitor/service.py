"""MonitorService on the wire: reports in, capacity maps out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import grpc
from typing_extensions import override

from parley.monitor.v1 import monitor_pb2 as pb
from parley.monitor.v1 import monitor_pb2_grpc
from parley_kit.faults import Fault, InvalidInput, Unavailable
from parley_monitor import wire
from parley_monitor.assessor import Assessor
from parley_monitor.ports import Observer


class MonitorServicer(monitor_pb2_grpc.MonitorServiceServicer):
    """Answers both calls until it drains; then both end at once with UNAVAILABLE, so that callers turn elsewhere."""

    def __init__(self, assessor: Assessor, observer: Observer) -> None:
        self._assessor = assessor
        self._observer = observer
        self._draining = asyncio.Event()
        self.open_calls = 0

    def drain(self) -> None:
        """End every call."""
        self._draining.set()
        self._assessor.maps.close()

    @override
    async def Report(
        self,
        request_iterator: AsyncIterator[pb.ReportRequest],
        context: grpc.aio.ServicerContext[Any, Any],
    ) -> AsyncIterator[pb.ReportResponse]:
        self.open_calls += 1
        try:
            yield wire.report_response(self._assessor.interval)
            await self._until_drained(self._receive(request_iterator))
        finally:
            self.open_calls -= 1

    @override
    async def WatchCapacity(
        self, request: pb.WatchCapacityRequest, context: grpc.aio.ServicerContext[Any, Any]
    ) -> AsyncIterator[pb.WatchCapacityResponse]:
        self.open_calls += 1
        try:
            async with aclosing(self._assessor.maps.watch()) as maps:
                async for capacity_map in maps:
                    yield wire.capacity_response(capacity_map)
            raise _ending()
        finally:
            self.open_calls -= 1

    async def _receive(self, requests: AsyncIterator[pb.ReportRequest]) -> None:
        """Take reports until their sender ends the stream."""
        stream = self._assessor.fleet.open_stream()
        async for request in requests:
            self._take(stream, request)
        self._assessor.end_stream(stream)

    def _take(self, stream: int, request: pb.ReportRequest) -> None:
        try:
            if not request.HasField("report"):
                raise InvalidInput("report", "is missing.")
            self._assessor.record(stream, wire.report(request.report))
        except Fault:
            self._observer.reported(request.report.service, "refused")
            raise

    async def _until_drained(self, work: Any) -> None:
        """Run the work; break it off with UNAVAILABLE when the monitor drains."""
        receiving = asyncio.create_task(work)
        draining = asyncio.create_task(self._draining.wait())
        try:
            await asyncio.wait([receiving, draining], return_when=asyncio.FIRST_COMPLETED)
            if not receiving.done():
                raise _ending()
            receiving.result()
        finally:
            await _cancel(receiving, draining)


async def _cancel(*tasks: asyncio.Task[Any]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _ending() -> Unavailable:
    return Unavailable("DRAINING", "This monitor is ending; another one, or this one's successor, answers.")
