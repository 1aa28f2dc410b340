"""What the cache tells the monitors of its load."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from parley.monitor.v1 import monitor_pb2 as pb
from parley.monitor.v1.monitor_pb2_grpc import MonitorServiceStub
from parley_cache.settings import CacheSettings
from parley_cache.shelf import Tune
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


def load_reports(
    runtime: Runtime[CacheSettings], own: OwnLoad, ask: Callable[[Tune], None]
) -> Reports[pb.ReportRequest, pb.ReportResponse]:
    """Return the streams of reports; `ask` takes what the monitors ask for."""

    def hear(response: pb.ReportResponse) -> None:
        wish = wish_of(response)
        if wish is not None:
            ask(wish)

    wire = Wire(
        call=lambda address, reports: MonitorServiceStub(runtime.channels.channel(address)).Report(reports),
        report=lambda cores: pb.ReportRequest(report=_report(runtime, own, cores)),
        interval=lambda response: response.interval.ToTimedelta(),
        heard=hear,
    )
    return Reports(wire, own.changes, runtime.clock, lambda answers: runtime.health.set("monitor", answers))


def wish_of(response: pb.ReportResponse) -> Tune | None:
    """Return what a monitor asks for; None: nothing, nothing that this version knows, or nothing that makes sense."""
    directive = response.directive
    if directive.WhichOneof("act") != "tune_ttl":
        return None
    factor = directive.tune_ttl.factor
    return Tune(directive.number, factor) if math.isfinite(factor) and factor > 0 else None


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
