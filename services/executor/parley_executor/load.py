"""What the executor tells the monitors of its load: each second, and at once when a slot is taken or freed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from parley.monitor.v1 import monitor_pb2 as pb
from parley.monitor.v1.monitor_pb2_grpc import MonitorServiceStub
from parley_executor.settings import ExecutorSettings
from parley_executor.slots import Slots
from parley_executor.upstream.headroom import Allowance
from parley_executor.upstream.standing import Outlook, Standing
from parley_kit.lifecycle import Runtime
from parley_kit.process import resident_bytes
from parley_kit.reporting import Reports, Wire


def load_reports(
    runtime: Runtime[ExecutorSettings], slots: Slots, standing: Standing, ready: Callable[[], bool]
) -> Reports[pb.ReportRequest, pb.ReportResponse]:
    """Return the streams of reports; ready: whether Claude can be reached, without which no slot is offered."""
    wire = Wire(
        call=lambda address, reports: MonitorServiceStub(runtime.channels.channel(address)).Report(reports),
        report=lambda cores: pb.ReportRequest(
            report=_report(
                runtime, slots, cores, _headroom(standing.outlook(), runtime.clock.monotonic()), ready=ready()
            )
        ),
        interval=lambda response: response.interval.ToTimedelta(),
    )
    return Reports(wire, slots.changes, runtime.clock, lambda answers: runtime.health.set("monitor", answers))


def _report(
    runtime: Runtime[ExecutorSettings], slots: Slots, cores: float, headroom: pb.Headroom | None, *, ready: bool
) -> pb.LoadReport:
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
        headroom=headroom,
    )


def _headroom(outlook: Outlook, now: float) -> pb.Headroom | None:
    """Return what Claude would give, None where nothing is known of it."""
    if outlook.headroom is None and outlook.calls is None:
        return None
    limits = outlook.headroom.known() if outlook.headroom is not None else {}
    told = {name: _allowance(allowance, now) for name, allowance in limits.items()}
    return pb.Headroom(**told, calls=outlook.calls)


def _allowance(allowance: Allowance, now: float) -> pb.Allowance:
    message = pb.Allowance(share=allowance.share(now))
    message.full_in.FromTimedelta(timedelta(seconds=allowance.full_in(now)))
    return message
