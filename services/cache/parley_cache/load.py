"""What the cache tells the monitors of its load."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from parley.monitor.v1 import monitor_pb2 as pb
from parley.monitor.v1.monitor_pb2_grpc import MonitorServiceStub
from parley_cache.settings import CacheSettings
from parley_kit.changes import Changes
from parley_kit.lifecycle import Runtime
from parley_kit.process import resident_bytes
from parley_kit.reporting import Reports, Wire


@dataclass(frozen=True, slots=True)
class OwnLoad:
    """Its load, in turns that are held here; draining: it ends soon."""

    in_flight: Callable[[], int]
    draining: Callable[[], bool]
    changes: Changes


def load_reports(runtime: Runtime[CacheSettings], own: OwnLoad) -> Reports[pb.ReportRequest, pb.ReportResponse]:
    """Return the streams of reports."""
    wire = Wire(
        call=lambda address, reports: MonitorServiceStub(runtime.channels.channel(address)).Report(reports),
        report=lambda cores: pb.ReportRequest(report=_report(runtime, own, cores)),
        interval=lambda response: response.interval.ToTimedelta(),
    )
    return Reports(wire, own.changes, runtime.clock, lambda answers: runtime.health.set("monitor", answers))


def _report(runtime: Runtime[CacheSettings], own: OwnLoad, cores: float) -> pb.LoadReport:
    return pb.LoadReport(
        service="cache",
        instance=runtime.settings.instance,
        address=runtime.address,
        version=runtime.version,
        draining=own.draining(),
        memory_bytes=resident_bytes(),
        cpu_cores=cores,
        in_flight=own.in_flight(),
    )
