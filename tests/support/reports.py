"""A monitor that only listens to load reports."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import grpc
from typing_extensions import override

from parley.monitor.v1 import monitor_pb2 as pb
from parley.monitor.v1 import monitor_pb2_grpc


class Reports(monitor_pb2_grpc.MonitorServiceServicer):
    """A monitor that only listens; `ended` streams ended in good order."""

    def __init__(self, interval: float = 0.1) -> None:
        self.interval = interval
        self.got: list[pb.LoadReport] = []
        self.streams = self.ended = 0
        self.address = ""
        self._news = asyncio.Event()

    @override
    async def Report(self, request_iterator: Any, context: Any) -> AsyncIterator[pb.ReportResponse]:
        self.streams += 1
        response = pb.ReportResponse()
        response.interval.FromNanoseconds(int(self.interval * 1e9))
        yield response
        async for request in request_iterator:
            self.got.append(request.report)
            self._tell()
        self.ended += 1
        self._tell()

    @override
    async def WatchCapacity(self, request: Any, context: Any) -> AsyncIterator[pb.WatchCapacityResponse]:
        await context.abort(grpc.StatusCode.UNIMPLEMENTED, "This monitor only listens.")
        yield pb.WatchCapacityResponse()

    def _tell(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    async def until(self, condition: Callable[[pb.LoadReport], bool]) -> pb.LoadReport:
        """Wait until the newest report meets a condition."""
        async with asyncio.timeout(30):
            while not (self.got and condition(self.got[-1])):
                await self._news.wait()
        return self.got[-1]

    @contextlib.asynccontextmanager
    async def serve(self, address: str = "127.0.0.1:0") -> AsyncIterator[Reports]:
        server = grpc.aio.server()
        monitor_pb2_grpc.add_MonitorServiceServicer_to_server(self, server)
        port = server.add_insecure_port(address)
        self.address = f"127.0.0.1:{port}"
        await server.start()
        try:
            yield self
        finally:
            await server.stop(0)
