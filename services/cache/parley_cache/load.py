"""Tells every monitor how busy this cache is, as often as the monitor wants."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from parley.monitor.v1 import monitor_pb2 as pb
from parley.monitor.v1 import monitor_pb2_grpc
from parley_kit.channel import Channels, Endpoints, attach
from parley_kit.clock import Clock
from parley_kit.health import Health
from parley_kit.process import CpuMeter, resident_bytes

INTERVAL = 1.0
"""How often reports go until the monitor says it, in seconds."""

END_SECONDS = 1.0
"""How long the end of a stream is waited for, in seconds."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who reports: the process incarnation, host:port of its gRPC server, the version of its code."""

    instance: str
    address: str
    version: str


class LoadReports:
    """One stream of reports to each monitor behind a name; `in_flight` tells the open turns."""

    def __init__(
        self, identity: Identity, in_flight: Callable[[], int], channels: Channels, health: Health, clock: Clock
    ) -> None:
        self._identity = identity
        self._in_flight = in_flight
        self._channels = channels
        self._health = health
        self._clock = clock
        self._intervals: dict[str, float] = {}
        self._draining = False
        self._ended = False
        self._news = asyncio.Event()
        self._streams = 0
        self._closed = asyncio.Event()

    async def run(self, target: str) -> None:
        """Report to the monitors behind host:port until cancelled."""
        await attach(Endpoints(target, self._clock), self._report_to, clock=self._clock, what="monitor")

    def drain(self) -> None:
        """Say at once that this cache ends."""
        self._draining = True
        self._tell()

    async def end(self) -> None:
        """End the streams in good order, so that the monitors forget this cache at once."""
        self._ended = True
        self._tell()
        if self._streams:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(END_SECONDS):
                    await self._closed.wait()

    def _tell(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    async def _report_to(self, address: str) -> None:
        stub = monitor_pb2_grpc.MonitorServiceStub(self._channels.channel(address))
        self._streams += 1
        call = stub.Report(self._reports(address))
        try:
            async for response in call:
                interval = response.interval.ToTimedelta().total_seconds()
                self._intervals[address] = interval if interval > 0 else INTERVAL
                self._health.set("monitor", True)
        finally:
            call.cancel()
            self._forget(address)
        if self._ended:
            await asyncio.Event().wait()  # nothing more to tell; `run` is about to be cancelled

    def _forget(self, address: str) -> None:
        self._streams -= 1
        if not self._streams:
            self._closed.set()
        self._intervals.pop(address, None)
        self._health.set("monitor", bool(self._intervals))

    async def _reports(self, address: str) -> AsyncIterator[pb.ReportRequest]:
        meter = CpuMeter()
        while not self._ended:
            news = self._news
            yield pb.ReportRequest(report=self._report(meter.cores()))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._intervals.get(address, INTERVAL)):
                    await news.wait()

    def _report(self, cores: float) -> pb.LoadReport:
        return pb.LoadReport(
            service="cache",
            instance=self._identity.instance,
            address=self._identity.address,
            version=self._identity.version,
            draining=self._draining,
            memory_bytes=resident_bytes(),
            cpu_cores=cores,
            in_flight=self._in_flight(),
        )
