"""A running monitor and somebody who talks with it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import grpc
from support.services import Running, channel_to

from parley.monitor.v1 import monitor_pb2 as pb
from parley.monitor.v1 import monitor_pb2_grpc
from parley_monitor.settings import MonitorSettings

INTERVAL = 0.3


def settings(**more: Any) -> MonitorSettings:
    plain: dict[str, Any] = {
        "listen": "127.0.0.1:0",
        "metrics_listen": None,
        "drain_announce": 0,
        "interval": INTERVAL,
        "forget_after": 60,
        "grace": 5,
    }
    return MonitorSettings(**{**plain, **more})


def load(instance: str = "executor-1", *, total: int = 4, busy: int = 0, **more: Any) -> pb.ReportRequest:
    fields: dict[str, Any] = {"service": "executor", "address": f"{instance}.test:50053", **more}
    if fields["service"] == "executor":
        fields["slots"] = pb.Slots(total=total, busy=busy)
    return pb.ReportRequest(report=pb.LoadReport(instance=instance, **fields))


Monitor = Running[MonitorSettings]


@dataclass
class Peer:
    """Somebody who talks with the monitor over a real connection."""

    stub: monitor_pb2_grpc.MonitorServiceStub
    calls: list[Any] = field(default_factory=list)

    async def report(self, *requests: pb.ReportRequest) -> Any:
        """Open a stream of reports and say these; return the call."""
        call = self.stub.Report()
        self.calls.append(call)
        for request in requests:
            await call.write(request)
        return call

    def watch(self) -> Watch:
        """Watch the capacity."""
        call = self.stub.WatchCapacity(pb.WatchCapacityRequest(watcher="test"))
        self.calls.append(call)
        return Watch(call)


@dataclass
class Watch:
    """A watch, read until it says what is waited for."""

    call: Any
    seen: list[pb.CapacityMap] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._messages = aiter(self.call)

    async def next(self) -> pb.CapacityMap:
        async with asyncio.timeout(30):
            message = await anext(self._messages)
        self.seen.append(message.capacity)
        return self.seen[-1]

    async def until(self, wanted: Callable[[pb.CapacityMap], bool]) -> pb.CapacityMap:
        while not wanted(current := await self.next()):
            pass
        return current

    async def ended(self) -> grpc.StatusCode:
        """Read to the end and return its status."""
        return await end_of(self.call)


async def end_of(call: Any) -> grpc.StatusCode:
    """Read a call to its end and return its status, which comes after the last message."""
    with contextlib.suppress(grpc.aio.AioRpcError):
        async with asyncio.timeout(30):
            async for _ in call:
                pass
    code: grpc.StatusCode = await call.code()
    return code


@contextlib.asynccontextmanager
async def peer_of(monitor: Monitor) -> AsyncIterator[Peer]:
    """Connect; its calls end with it."""
    async with channel_to(monitor.address) as channel:
        peer = Peer(monitor_pb2_grpc.MonitorServiceStub(channel))
        try:
            yield peer
        finally:
            for call in peer.calls:
                call.cancel()
