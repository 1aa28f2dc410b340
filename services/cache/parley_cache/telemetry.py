"""What the cache shows of its work: its figures, and what a stream is about in its span."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping

from opentelemetry import trace
from prometheus_client import CollectorRegistry, Counter, Gauge
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector
from typing_extensions import override

from parley_cache import metering, shelf
from parley_cache.observer import Observer, Result
from parley_cache.preferences import SubjectKind
from parley_cache.quotas import Kind
from parley_cache.store.port import Figures
from parley_cache.storing import SAVED_MILLISECONDS, SAVED_TOKENS
from parley_kit import semconv
from parley_kit.metrics import Metrics

GONE = {"room": shelf.EVICTIONS, "age": shelf.EXPIRED, "purge": shelf.PURGED}
"""Why a stored reply goes, and who counts it."""

QUOTED = (SubjectKind.USER, SubjectKind.GUILD)
"""Who has quotas."""


class Telemetry(Observer):
    """The observer that writes metrics and span attributes."""

    def __init__(self, metrics: Metrics) -> None:
        registry = metrics.registry
        self._requests = Counter(semconv.CACHE_REQUESTS, "What became of new turns.", ("result",), registry=registry)
        self._handovers = Counter(
            semconv.CACHE_HANDOVERS, "Turns or replies that somebody else went on with.", ("kind",), registry=registry
        )
        self._turns = Gauge(semconv.CACHE_TURNS, "Turns that have not ended.", ("state",), registry=registry)
        self._logs = Gauge(semconv.CACHE_LOGS, "Reply logs, open and stored ones.", registry=registry)
        self._log_bytes = Gauge(semconv.CACHE_LOG_BYTES, "Text of all reply logs.", registry=registry)
        self._stored = Gauge(semconv.CACHE_STORED_REPLIES, "Replies that are stored.", registry=registry)
        self._stored_bytes = Gauge(semconv.CACHE_STORED_BYTES, "Text of stored replies.", registry=registry)
        self._conversations = Gauge(semconv.CACHE_CONVERSATIONS, "Conversations that are kept.", registry=registry)
        self._reply_ttl = Gauge(semconv.CACHE_REPLY_TTL, "How long a new stored reply serves.", registry=registry)
        self._refusals = Counter(
            semconv.CACHE_REFUSALS, "New turns that were refused here.", ("reason",), registry=registry
        )
        self._counted = _Counted(registry)
        for reason in ("quota", "queue_full", "stale", "full"):
            self._refusals.labels(reason)
        for result in Result:
            self._requests.labels(result.value)
        for kind in ("adopted", "promoted"):
            self._handovers.labels(kind)
        self.in_flight = 0

    @override
    def claimed(self, turn_id: str) -> None:
        trace.get_current_span().set_attribute(semconv.TURN_ID, turn_id)

    @override
    def decided(self, result: Result) -> None:
        self._requests.labels(result.value).inc()
        trace.get_current_span().set_attribute(semconv.CACHE_RESULT, result.value)

    @override
    def refused(self, reason: str) -> None:
        self._refusals.labels(reason).inc()

    @override
    def promoted(self) -> None:
        self._handovers.labels("promoted").inc()
        trace.get_current_span().add_event(semconv.CACHE_PROMOTED)

    @override
    def adopted(self) -> None:
        self._handovers.labels("adopted").inc()
        trace.get_current_span().set_attribute(semconv.CACHE_ADOPTED, value=True)

    @override
    def filled(self, figures: Figures) -> None:
        self.in_flight = figures.turns
        self._turns.labels("queued").set(figures.queued)
        self._turns.labels("orphaned").set(figures.orphans)
        self._turns.labels("all").set(figures.turns)
        self._logs.set(figures.logs)
        self._log_bytes.set(figures.log_bytes)
        self._stored.set(figures.stored)
        self._stored_bytes.set(figures.stored_bytes)
        self._conversations.set(figures.conversations)
        self._reply_ttl.set(figures.reply_ttl)
        self._counted.take(figures.counters)


class _Counted(Collector):
    """What the store counts, shown as it stands: caches on one store tell the same figures."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._counters: Mapping[str, int] = {}
        registry.register(self)

    def take(self, counters: Mapping[str, int]) -> None:
        self._counters = counters

    @override
    def collect(self) -> Iterator[CounterMetricFamily]:
        counted = self._counters.get
        gone = CounterMetricFamily(semconv.CACHE_REPLIES_GONE, "Stored replies that went.", labels=("reason",))
        for reason, counter in GONE.items():
            gone.add_metric((reason,), counted(counter, 0))
        yield gone
        refused = CounterMetricFamily(
            semconv.CACHE_QUOTA_REFUSALS, "Turns refused for a quota.", labels=("whose", "kind")
        )
        for whose, kind in itertools.product(QUOTED, Kind):
            refused.add_metric((whose.value, kind.value), counted(metering.refusals(whose, kind), 0))
        yield refused
        saved = counted(SAVED_MILLISECONDS, 0) / 1000
        yield CounterMetricFamily(semconv.CACHE_SAVED_SECONDS, "Waiting that stored replies spared.", value=saved)
        tokens = counted(SAVED_TOKENS, 0)
        yield CounterMetricFamily(semconv.CACHE_SAVED_TOKENS, "Tokens that nobody had to say again.", value=tokens)
