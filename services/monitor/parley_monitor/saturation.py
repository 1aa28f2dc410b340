"""From reports to what members may expect and how full each pool is. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import fmean

from parley_monitor.model import EXECUTOR, GATEWAY, Capacity, Executor, Gateway, Member, Report, Slots, State, Tier

SATURATED = 1.0


@dataclass(frozen=True, slots=True)
class Pool:
    """The slots of the executors, by how they stand. blocked: not taken, but Claude's limits leave nothing for them."""

    free: int = 0
    busy: int = 0
    blocked: int = 0
    draining: int = 0
    stale: int = 0

    @property
    def total(self) -> int:
        """All slots."""
        return self.free + self.busy + self.blocked + self.draining + self.stale


def assess(members: Sequence[Member], estimate: timedelta | None = None) -> Capacity:
    """Return the map. The estimate is told only while every slot is taken: else nobody waits."""
    offered = [member for member in members if member.report.service == EXECUTOR and member.report.address]
    executors = tuple(_executor(member) for member in offered)
    tier = _tier(executors)
    return Capacity(
        tier=tier,
        executors=executors,
        gateways=tuple(_gateways(members)),
        estimate=estimate if tier is Tier.BUSY else None,
    )


def pool(members: Iterable[Member]) -> Pool:
    """Return the executors' slots by state: busy are the taken ones of the live, whole counts of the others."""
    reports: dict[State, list[tuple[Report, Slots]]] = {state: [] for state in State}
    for member in members:
        if member.report.service == EXECUTOR and member.report.slots is not None:
            reports[member.state].append((member.report, member.report.slots))
    totals = {state: sum(slots.total for _, slots in group) for state, group in reports.items()}
    untaken = sum(slots.free for _, slots in reports[State.LIVE])
    free = sum(report.free for report, _ in reports[State.LIVE])
    return Pool(
        free=free,
        busy=totals[State.LIVE] - untaken,
        blocked=untaken - free,
        draining=totals[State.DRAINING],
        stale=totals[State.STALE],
    )


def headroom(members: Iterable[Member]) -> dict[str, float]:
    """Return what is left of each of Claude's limits where the least is left; nothing of what nobody knows."""
    told = [member.report.headroom.known for member in members if member.report.headroom is not None]
    return {limit: min(each[limit] for each in told if limit in each) for limit in set().union(*told)}


def saturation(members: Iterable[Member]) -> dict[str, float]:
    """Return how full each service is, 1.0 and more is full: the worst resource's mean over its instances.

    Draining instances are left out, for their load goes away with them; silent ones count as full in everything.
    A service of which nobody is left has no figure.
    """
    loads: dict[str, list[Member]] = {}
    for member in members:
        if not member.report.draining:
            loads.setdefault(member.report.service, []).append(member)
    return {service: _worst(instances) for service, instances in loads.items()}


def _worst(instances: Sequence[Member]) -> float:
    usages = [_usages(instance.report) for instance in instances]
    resources = {resource for usage in usages for resource in usage}
    means = [
        fmean(_usage(instance, usage, resource) for instance, usage in zip(instances, usages, strict=True))
        for resource in resources
    ]
    return max(means)


def _usage(instance: Member, usage: dict[str, float], resource: str) -> float:
    return SATURATED if instance.state is State.STALE else usage.get(resource, 0.0)


def _usages(report: Report) -> dict[str, float]:
    """Return the share of each resource that is known; a service is one event loop, so one core is all it has."""
    known = {"cpu": report.cpu_cores, "memory": report.memory_share, "stall": report.stall_share}
    usages = {resource: share for resource, share in known.items() if share is not None}
    if report.slots is not None:
        usages["slots"] = report.slots.held / report.slots.total if report.slots.total else SATURATED
    return usages


def _tier(executors: Sequence[Executor]) -> Tier:
    """Silent executors count as saturated, not as gone: the fleet forgets them when they are."""
    if any(executor.free for executor in executors):
        return Tier.NORMAL
    if any(not executor.draining for executor in executors):
        return Tier.BUSY
    return Tier.UNAVAILABLE


def _executor(member: Member) -> Executor:
    report, slots = member.report, member.report.slots or Slots(0, 0)
    return Executor(
        instance=report.instance,
        address=report.address,
        version=report.version,
        slots=slots.total,
        free=report.free if member.state is State.LIVE else 0,
        draining=report.draining,
        stale=member.state is State.STALE,
    )


def _gateways(members: Iterable[Member]) -> Iterable[Gateway]:
    for member in members:
        if member.report.service == GATEWAY and member.state is not State.STALE:
            yield Gateway(member.report.instance, member.report.draining)
