"""What the executor tells the monitors of its load: each second, and at once when a slot is taken or freed."""

from __future__ import annotations

from collections.abc import Callable

from parley.monitor.v1 import monitor_pb2 as pb
from parley.monitor.v1.monitor_pb2_grpc import MonitorServiceStub
from parley_executor.settings import ExecutorSettings
from parley_executor.slots import Slots
from parley_kit.lifecycle import Runtime
from parley_kit.process import resident_bytes
from parley_kit.reporting import Reports, Wire


def load_reports(
    runtime: Runtime[ExecutorSettings], slots: Slots, ready: Callable[[], bool]
) -> Reports[pb.ReportRequest, pb.ReportResponse]:
    """Return the streams of reports; ready: whether Claude can be reached, without which no slot is offered."""
    wire = Wire(
        call=lambda address, reports: MonitorServiceStub(runtime.channels.channel(address)).Report(reports),
        report=lambda cores: pb.ReportRequest(report=_report(runtime, slots, cores, ready=ready())),
        interval=lambda response: response.interval.ToTimedelta(),
    )
    return Reports(wire, slots.changes, runtime.clock, lambda answers: runtime.health.set("monitor", answers))


def _report(runtime: Runtime[ExecutorSettings], slots: Slots, cores: float, *, ready: bool) -> pb.LoadReport:
    load = slots.load
    return pb.LoadReport(
        service="executor",
        instance=runtime.settings.instance,
        address=runtime.address,
        version=runtime.version,
        draining=load.draining,
        slots=pb.Slots(total=load.total if ready else 0, busy=load.busy, waiting=load.waiting),
        memory_bytes=resident_bytes(),
        cpu_cores=cores,
        in_flight=load.busy + load.waiting,
    )
