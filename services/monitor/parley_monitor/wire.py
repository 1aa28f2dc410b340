"""The monitor's messages to and from its values; nothing past this file knows protobuf."""

from __future__ import annotations

import math
from datetime import timedelta
from functools import lru_cache

from parley.monitor.v1 import monitor_pb2 as pb
from parley_kit.faults import InvalidInput
from parley_kit.settings import split_address
from parley_monitor.model import SERVICES, Capacity, CapacityMap, Executor, Headroom, Report, Slots, Tier

MAX_NAME = 128
MAX_ADDRESS = 256
MAX_SLOTS = 100_000
TIERS = {
    Tier.NORMAL: pb.TIER_NORMAL,
    Tier.BUSY: pb.TIER_BUSY,
    Tier.UNAVAILABLE: pb.TIER_UNAVAILABLE,
}


def report(message: pb.LoadReport) -> Report:
    """Read a report. Raises InvalidInput that names the field."""
    if message.service not in SERVICES:
        raise InvalidInput("report.service", f"must be one of {', '.join(SERVICES)}.")
    _check_text("report.instance", message.instance, MAX_NAME, required=True)
    _check_text("report.version", message.version, MAX_NAME)
    _check_address(message.address)
    if not (math.isfinite(message.cpu_cores) and message.cpu_cores >= 0):
        raise InvalidInput("report.cpu_cores", "must be a number that is not negative.")
    return Report(
        service=message.service,
        instance=message.instance,
        address=message.address,
        version=message.version,
        draining=message.draining,
        slots=_slots(message.slots) if message.HasField("slots") else None,
        headroom=_headroom(message.headroom) if message.HasField("headroom") else None,
        memory_bytes=message.memory_bytes,
        cpu_cores=message.cpu_cores,
        in_flight=message.in_flight,
    )


def report_response(interval: float) -> pb.ReportResponse:
    """Tell a reporter how often reports are wanted, in seconds."""
    response = pb.ReportResponse()
    response.interval.FromTimedelta(timedelta(seconds=interval))
    return response


@lru_cache(maxsize=2)
def capacity_response(capacity_map: CapacityMap) -> pb.WatchCapacityResponse:
    """Write a map; once, for all who watch. Nobody may change what this returns."""
    return pb.WatchCapacityResponse(capacity=_capacity(capacity_map.capacity, capacity_map.traceparent))


def _capacity(capacity: Capacity, traceparent: str) -> pb.CapacityMap:
    message = pb.CapacityMap(
        tier=TIERS[capacity.tier],
        traceparent=traceparent,
        executors=[_executor(executor) for executor in capacity.executors],
        gateways=[pb.Gateway(instance=each.instance, draining=each.draining) for each in capacity.gateways],
    )
    if capacity.estimate is not None:
        message.estimate.FromTimedelta(capacity.estimate)
    return message


def _executor(executor: Executor) -> pb.Executor:
    return pb.Executor(
        instance=executor.instance,
        address=executor.address,
        version=executor.version,
        slots=executor.slots,
        free=executor.free,
        draining=executor.draining,
        stale=executor.stale,
    )


def _slots(message: pb.Slots) -> Slots:
    for name, count in (("total", message.total), ("busy", message.busy), ("waiting", message.waiting)):
        if count > MAX_SLOTS:
            raise InvalidInput(f"report.slots.{name}", f"must be at most {MAX_SLOTS}.")
    return Slots(message.total, message.busy, message.waiting)


def _headroom(message: pb.Headroom) -> Headroom:
    return Headroom(
        requests=_share("requests", message.requests) if message.HasField("requests") else None,
        input_tokens=_share("input_tokens", message.input_tokens) if message.HasField("input_tokens") else None,
        output_tokens=_share("output_tokens", message.output_tokens) if message.HasField("output_tokens") else None,
        calls=message.calls if message.HasField("calls") else None,
    )


def _share(limit: str, message: pb.Allowance) -> float:
    if not 0 <= message.share <= 1:  # nor is what is no number
        raise InvalidInput(f"report.headroom.{limit}.share", "must be from 0 to 1.")
    return message.share


def _check_text(field: str, text: str, longest: int, *, required: bool = False) -> None:
    if required and not text:
        raise InvalidInput(field, "must not be empty.")
    if len(text) > longest:
        raise InvalidInput(field, f"must be at most {longest} characters long.")


def _check_address(address: str) -> None:
    _check_text("report.address", address, MAX_ADDRESS)
    try:
        _ = address and split_address(address)
    except ValueError as error:
        raise InvalidInput("report.address", f"{error}.") from None
