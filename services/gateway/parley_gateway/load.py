"""Tells every monitor how busy this gateway is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from parley.monitor.v1 import monitor_pb2 as pb
from parley.monitor.v1.monitor_pb2_grpc import MonitorServiceStub
from parley_kit.channel import Channels, Endpoints, attach
from parley_kit.clock import Clock
from parley_kit.process import CpuMeter, resident_bytes

INTERVAL = 1.0
"""How often reports go until the monitor says it, in seconds."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who reports: the process incarnation, host:port of its gRPC server, the version of its code."""

    instance: str
    address: str
    version: str


class LoadReports:
    """One stream of reports to each monitor behind a name."""

    def __init__(
        self,
        identity: Identity,
        live: Callable[[], int],
        draining: Callable[[], bool],
        channels: Channels,
        clock: Clock,
    ) -> None:
        self._identity, self._live, self._draining = identity, live, draining
        self._channels, self._clock = channels, clock
        self._interval = INTERVAL
        self._changed = asyncio.Event()

    def changed(self) -> None:
        """Report at once."""
        self._changed.set()

    async def run(self, endpoints: Endpoints) -> None:
        """Report until cancelled."""
        await attach(endpoints, self._report_to, clock=self._clock, what="monitor")

    async def _report_to(self, address: str) -> None:
        call = MonitorServiceStub(self._channels.channel(address)).Report(self._reports())
        try:
            async for response in call:
                interval = response.interval.ToTimedelta().total_seconds()
                self._interval = interval if interval > 0 else INTERVAL
        finally:
            call.cancel()

    async def _reports(self) -> AsyncIterator[pb.ReportRequest]:
        meter = CpuMeter()
        while True:
            self._changed.clear()
            yield pb.ReportRequest(report=self._report(meter.cores()))
            try:
                async with asyncio.timeout(self._interval):
                    await self._changed.wait()
            except TimeoutError:
                continue

    def _report(self, cpu_cores: float) -> pb.LoadReport:
        return pb.LoadReport(
            service="gateway",
            instance=self._identity.instance,
            address=self._identity.address,
            version=self._identity.version,
            draining=self._draining(),
            memory_bytes=resident_bytes(),
            cpu_cores=cpu_cores,
            in_flight=self._live(),
        )
