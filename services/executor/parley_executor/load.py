"""Tells every monitor how full this executor is: each second, and at once when it changes."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from parley.monitor.v1 import monitor_pb2 as pb
from parley.monitor.v1 import monitor_pb2_grpc
from parley_executor.slots import Slots
from parley_kit.channel import Channels, Endpoints, attach
from parley_kit.clock import Clock
from parley_kit.health import Health
from parley_kit.process import CpuMeter, resident_bytes

INTERVAL = 1.0
"""How often reports go until the monitor says it, in seconds."""

BURST = 0.01
"""Changes within so many seconds go as one report."""

END_LIMIT = 1.0
"""How long the streams may take to end in good order, in seconds."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who reports: the process incarnation, host:port of its gRPC server, the version of its code."""

    instance: str
    address: str
    version: str


class OwnLoad:
    """What this process tells of itself; ready: whether Claude can be reached, without which no slot is offered."""

    def __init__(self, identity: Identity, slots: Slots, ready: Callable[[], bool]) -> None:
        self._identity = identity
        self._slots = slots
        self._ready = ready
        self.changes = slots.changes

    def report(self, cpu_cores: float) -> pb.LoadReport:
        """Return the load now."""
        load = self._slots.load
        return pb.LoadReport(
            service="executor",
            instance=self._identity.instance,
            address=self._identity.address,
            version=self._identity.version,
            draining=load.draining,
            slots=pb.Slots(total=load.total if self._ready() else 0, busy=load.busy, waiting=load.waiting),
            memory_bytes=resident_bytes(),
            cpu_cores=cpu_cores,
            in_flight=load.busy + load.waiting,
        )


class LoadReports:
    """One stream of reports to each monitor behind a name."""

    def __init__(self, own: OwnLoad, channels: Channels, health: Health, clock: Clock) -> None:
        self._own = own
        self._channels = channels
        self._health = health
        self._clock = clock
        self._heard: dict[str, float] = {}
        self._ended = asyncio.Event()
        self._open = 0
        self._closed = asyncio.Event()

    async def run(self, target: str) -> None:
        """Report to the monitors behind host:port until cancelled."""
        await attach(Endpoints(target, self._clock), self._report_to, clock=self._clock, what="monitor")

    async def end(self) -> None:
        """Report once more and end the streams in good order: the monitor forgets this executor at once."""
        self._ended.set()
        self._own.changes.notify()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(END_LIMIT):
                while self._open:
                    await self._closed.wait()

    async def _report_to(self, address: str) -> None:
        if self._ended.is_set():
            await asyncio.Event().wait()  # nothing more to tell; `run` is about to be cancelled
        stub = monitor_pb2_grpc.MonitorServiceStub(self._channels.channel(address))
        call = stub.Report(self._reports(address))
        self._open += 1
        try:
            async for response in call:
                self._hear(address, response)
        finally:
            call.cancel()
            self._forget(address)

    def _forget(self, address: str) -> None:
        self._heard.pop(address, None)
        self._health.set("monitor", bool(self._heard))
        self._open -= 1
        self._closed.set()
        self._closed = asyncio.Event()

    def _hear(self, address: str, response: pb.ReportResponse) -> None:
        interval = response.interval.ToTimedelta().total_seconds()
        self._heard[address] = interval if interval > 0 else INTERVAL
        self._health.set("monitor", True)

    async def _reports(self, address: str) -> AsyncIterator[pb.ReportRequest]:
        meter = CpuMeter()
        while True:
            change, last = self._own.changes.next(), self._ended.is_set()
            yield pb.ReportRequest(report=self._own.report(meter.cores()))
            if last:
                return
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._heard.get(address, INTERVAL)):
                    await change.wait()
            await asyncio.sleep(BURST)
