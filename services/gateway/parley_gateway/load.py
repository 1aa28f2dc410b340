"""What the gateway tells the monitors of its load."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from parley.monitor.v1 import monitor_pb2 as pb
from parley.monitor.v1.monitor_pb2_grpc import MonitorServiceStub
from parley_gateway.settings import GatewaySettings
from parley_kit.changes import Changes
from parley_kit.lifecycle import Runtime
from parley_kit.process import resident_bytes
from parley_kit.reporting import Reports, Wire


@dataclass(frozen=True, slots=True)
class OwnLoad:
    """Its load, in turns that it holds; draining: it ends soon."""

    live: Callable[[], int]
    draining: Callable[[], bool]
    changes: Changes


def load_reports(runtime: Runtime[GatewaySettings], own: OwnLoad) -> Reports[pb.ReportRequest, pb.ReportResponse]:
    """Return the streams of reports."""
    wire = Wire(
        call=lambda address, reports: MonitorServiceStub(runtime.channels.channel(address)).Report(reports),
        report=lambda cores: pb.ReportRequest(report=_report(runtime, own, cores)),
        interval=lambda response: response.interval.ToTimedelta(),
    )
    return Reports(wire, own.changes, runtime.clock)


def _report(runtime: Runtime[GatewaySettings], own: OwnLoad, cores: float) -> pb.LoadReport:
    return pb.LoadReport(
        service="gateway",
        instance=runtime.settings.instance,
        address=runtime.address,
        version=runtime.version,
        draining=own.draining(),
        memory_bytes=resident_bytes(),
        cpu_cores=cores,
        in_flight=own.live(),
    )
