from __future__ import annotations

from datetime import timedelta

import pytest

from parley.monitor.v1 import monitor_pb2 as pb
from parley_kit.faults import InvalidInput
from parley_monitor import wire
from parley_monitor.model import Capacity, CapacityMap, Executor, Gateway, Headroom, Report, Slots, Tier


def load(**fields: object) -> pb.LoadReport:
    return pb.LoadReport(**{"service": "executor", "instance": "executor-1", **fields})  # type: ignore[arg-type]  # tests write wrong fields too


def test_a_report_is_read_whole() -> None:
    message = load(
        address="10.0.0.1:50053",
        version="1.0",
        draining=True,
        slots=pb.Slots(total=4, busy=3, waiting=2),
        memory_bytes=5,
        cpu_cores=0.5,
        in_flight=6,
    )
    assert wire.report(message) == Report(
        "executor", "executor-1", "10.0.0.1:50053", "1.0", True, Slots(4, 3, 2), 5, 0.5, 6
    )


def test_what_is_left_of_claudes_limits_is_read_and_the_unknown_stays_unknown() -> None:
    headroom = pb.Headroom(requests=pb.Allowance(share=0.25), output_tokens=pb.Allowance(), calls=0)
    read = wire.report(load(headroom=headroom)).headroom
    assert read == Headroom(requests=0.25, input_tokens=None, output_tokens=0.0, calls=0)
    assert wire.report(load(headroom=pb.Headroom())).headroom == Headroom()
    assert wire.report(load()).headroom is None


def test_absent_slots_are_not_zero_slots() -> None:
    assert wire.report(load()).slots is None
    assert wire.report(load(slots=pb.Slots())).slots == Slots(0, 0, 0)


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("report.service", {"service": "toaster"}),
        ("report.service", {"service": ""}),
        ("report.instance", {"instance": ""}),
        ("report.instance", {"instance": "x" * 129}),
        ("report.version", {"version": "x" * 129}),
        ("report.address", {"address": "nowhere"}),
        ("report.address", {"address": "x" * 300 + ":1"}),
        ("report.cpu_cores", {"cpu_cores": float("nan")}),
        ("report.cpu_cores", {"cpu_cores": -1.0}),
        ("report.headroom.requests.share", {"headroom": pb.Headroom(requests=pb.Allowance(share=1.5))}),
        ("report.headroom.input_tokens.share", {"headroom": pb.Headroom(input_tokens=pb.Allowance(share=-0.1))}),
        (
            "report.headroom.output_tokens.share",
            {"headroom": pb.Headroom(output_tokens=pb.Allowance(share=float("nan")))},
        ),
        ("report.slots.total", {"slots": pb.Slots(total=100_001)}),
        ("report.slots.busy", {"slots": pb.Slots(busy=100_001)}),
        ("report.slots.waiting", {"slots": pb.Slots(waiting=100_001)}),
    ],
)
def test_a_wrong_field_is_named(field: str, fields: dict[str, object]) -> None:
    with pytest.raises(InvalidInput) as refused:
        wire.report(load(**fields))
    assert refused.value.field == field


@pytest.mark.parametrize("tier", list(Tier))
def test_a_map_is_written_whole(tier: Tier) -> None:
    capacity = Capacity(
        tier,
        (Executor("e", "h:1", "v", 4, 2, draining=True, stale=True),),
        (Gateway("g", draining=True),),
        timedelta(seconds=3),
    )
    message = wire.capacity_response(CapacityMap(capacity, "00-trace")).capacity
    assert pb.Tier.Name(message.tier) == f"TIER_{tier.name}"
    assert message.traceparent == "00-trace"
    assert list(message.executors) == [
        pb.Executor(instance="e", address="h:1", version="v", slots=4, free=2, draining=True, stale=True)
    ]
    assert list(message.gateways) == [pb.Gateway(instance="g", draining=True)]
    assert message.estimate.ToTimedelta() == timedelta(seconds=3)


def test_an_unknown_estimate_is_absent() -> None:
    message = wire.capacity_response(CapacityMap(Capacity(Tier.NORMAL, (), ()), ""))
    assert not message.capacity.HasField("estimate")


def test_the_wanted_interval_is_told() -> None:
    assert wire.report_response(0.25).interval.ToTimedelta() == timedelta(milliseconds=250)
