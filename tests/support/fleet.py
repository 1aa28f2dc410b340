"""Reports as tests of the monitor write them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from parley_monitor.model import Member, Report, Slots, State


def executor(instance: str = "executor-1", *, total: int = 4, busy: int = 0, waiting: int = 0, **more: Any) -> Report:
    """Report an executor that listens at an address of its own."""
    plain = Report("executor", instance, address=f"{instance}.test:50053", slots=Slots(total, busy, waiting))
    return replace(plain, **more)


def gateway(instance: str = "gateway-1", **more: Any) -> Report:
    """Report a gateway."""
    return replace(Report("gateway", instance, address=f"{instance}.test:50051"), **more)


def member(report: Report, state: State | None = None, age: float = 0.0) -> Member:
    """Let a report stand as its draining flag says, or as told."""
    return Member(report, state or (State.DRAINING if report.draining else State.LIVE), age)
