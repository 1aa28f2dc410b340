"""The composition root: what the monitor is made of."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import grpc

from parley.monitor.v1 import monitor_pb2, monitor_pb2_grpc
from parley_kit.lifecycle import Runtime, Service
from parley_monitor.assessor import Assessor
from parley_monitor.fleet import Fleet
from parley_monitor.load import OwnLoad
from parley_monitor.model import Report
from parley_monitor.samplers.cgroup import CgroupSampler
from parley_monitor.samplers.process import ProcessSampler
from parley_monitor.service import MonitorServicer
from parley_monitor.settings import MonitorSettings
from parley_monitor.telemetry import Telemetry

GRPC_SERVICES: tuple[str, ...] = (monitor_pb2.DESCRIPTOR.services_by_name["MonitorService"].full_name,)


class Monitor:
    """The monitor as the kit runs it."""

    grpc_services: Sequence[str] = GRPC_SERVICES
    waits_for = "reports"

    def __init__(self, runtime: Runtime[MonitorSettings]) -> None:
        settings, clock = runtime.settings, runtime.clock
        self.grace = settings.grace
        self._health = runtime.health
        observer = Telemetry(runtime.tracer, runtime.metrics)
        fleet = Fleet(clock, interval=settings.interval, forget_after=settings.forget_after)
        self.assessor = Assessor(fleet, clock, observer, interval=settings.interval)
        self._servicer = MonitorServicer(self.assessor, observer)
        self._load = OwnLoad(
            self.assessor,
            clock,
            Report("monitor", settings.instance, address=runtime.address, version=runtime.version),
            process=ProcessSampler(),
            group=CgroupSampler(clock),
        )

    def register(self, server: grpc.aio.Server) -> None:
        monitor_pb2_grpc.add_MonitorServiceServicer_to_server(self._servicer, server)

    async def run(self) -> None:
        ready = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._load.run(lambda: self._servicer.open_calls), name="own load")
            tasks.create_task(self.assessor.run(ready), name="assessor")
            await ready.wait()
            self._health.ready()

    def drain(self) -> None:
        self._load.draining = True
        self._servicer.drain()

    async def finish(self) -> None:
        """Nothing but the open calls is left to do."""

    async def close(self) -> None:
        """Nothing is held that outlives `run`."""


def build(runtime: Runtime[MonitorSettings]) -> Service:
    """Make the monitor."""
    return Monitor(runtime)
