"""What the monitor shows of its work: a span for each new map, and the figures of the fleet."""

from __future__ import annotations

from collections import Counter as Count
from collections.abc import Iterable, Mapping, Sequence

from opentelemetry import trace
from opentelemetry.context import Context
from prometheus_client import Counter, Gauge
from typing_extensions import override

from parley_kit import semconv
from parley_kit.metrics import Metrics
from parley_kit.telemetry import traceparent_of
from parley_monitor import saturation
from parley_monitor.model import EXECUTOR, LIMITS, SERVICES, Capacity, Member, State, Tier
from parley_monitor.ports import Observer

SLOT_STATES = ("free", "busy", "blocked", "draining", "stale")


class Telemetry(Observer):
    """The observer that writes spans and metrics."""

    def __init__(self, tracer: trace.Tracer, metrics: Metrics) -> None:
        registry = metrics.registry
        self._tracer = tracer
        self._slots = Gauge(semconv.CAPACITY_SLOTS, "Slots to run Claude in.", ("pool", "state"), registry=registry)
        self._saturation = Gauge(
            semconv.SATURATION_RATIO,
            "How full the worst resource of a pool is; 1 is full.",
            ("pool",),
            registry=registry,
        )
        self._headroom = Gauge(
            semconv.CAPACITY_HEADROOM,
            "What is left of each rate limit at Claude's API, of the executor with the least; 1 is all of it.",
            ("limit",),
            registry=registry,
        )
        self._tier = Gauge(
            semconv.SERVICE_TIER, "What members may expect: 1 for the tier that holds.", ("tier",), registry=registry
        )
        self._age = Gauge(semconv.REPORT_AGE, "Age of the oldest last report.", registry=registry)
        self._reports = Counter(semconv.REPORTS, "Load reports that came.", ("service", "outcome"), registry=registry)
        self._executors = Gauge(semconv.EXECUTORS, "Executors by how they stand.", ("state",), registry=registry)

    @override
    def reported(self, service: str, outcome: str) -> None:
        self._reports.labels(service if service in SERVICES else "unknown", outcome).inc()

    @override
    def looked(self, members: Sequence[Member]) -> None:
        pool = saturation.pool(members)
        for slots in SLOT_STATES:
            self._slots.labels(EXECUTOR, slots).set(getattr(pool, slots))
        states = Count(member.state for member in members if member.report.service == EXECUTOR)
        for state in State:
            self._executors.labels(state.value).set(states[state])
        self._age.set(max((member.age for member in members), default=0.0))
        _show(self._saturation, "pool", SERVICES, saturation.saturation(members))
        _show(self._headroom, "limit", LIMITS, saturation.headroom(members))

    @override
    def assessed(self, capacity: Capacity) -> str:
        for tier in Tier:
            self._tier.labels(tier.value).set(tier is capacity.tier)
        attributes: dict[str, str | int | float] = {
            semconv.CAPACITY_TIER: capacity.tier.value,
            semconv.CAPACITY_SLOTS_TOTAL: sum(executor.slots for executor in capacity.executors),
            semconv.CAPACITY_SLOTS_FREE: sum(executor.free for executor in capacity.executors),
            semconv.CAPACITY_EXECUTORS: len(capacity.executors),
        }
        if capacity.estimate is not None:
            attributes[semconv.CAPACITY_ESTIMATE] = capacity.estimate.total_seconds()
        span = self._tracer.start_span(
            semconv.ASSESS_CAPACITY, context=Context(), kind=trace.SpanKind.INTERNAL, attributes=attributes
        )
        span.end()
        return traceparent_of(span)


def _show(gauge: Gauge, label: str, values: Iterable[str], ratios: Mapping[str, float]) -> None:
    """Set a gauge for the label values that have a ratio; the others have none: 0 would claim something."""
    for value in values:
        if value in ratios:
            gauge.labels(value).set(ratios[value])
        else:
            gauge.remove_by_labels({label: value})
