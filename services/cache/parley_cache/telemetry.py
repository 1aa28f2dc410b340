"""What the cache shows of its work: its figures, and what a stream is about in its span."""

from __future__ import annotations

from opentelemetry import trace
from prometheus_client import Counter, Gauge
from typing_extensions import override

from parley_cache.observer import Observer, Result
from parley_cache.store.port import Figures
from parley_kit import semconv
from parley_kit.metrics import Metrics


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
