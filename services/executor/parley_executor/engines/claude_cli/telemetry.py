"""What is shown of the pool: processes by what they do, how they start and end, and how requests come to them."""

from __future__ import annotations

from functools import partial

import structlog
from prometheus_client import Counter, Gauge, Histogram
from typing_extensions import override

from parley_executor.engines.claude_cli.keeper import TAKES, PoolWatch
from parley_executor.engines.claude_cli.pool import Pool, State, Why
from parley_executor.engines.port import EngineError
from parley_kit import semconv
from parley_kit.metrics import SECONDS, Metrics, from_zero


class PoolTelemetry(PoolWatch):
    """Writes metrics and log lines."""

    def __init__(self, metrics: Metrics, log: structlog.stdlib.BoundLogger, pool: Pool) -> None:
        registry = metrics.registry
        self._log = log
        processes = Gauge(semconv.PROCESSES, "Processes of the claude program.", ("state",), registry=registry)
        for state in State:
            processes.labels(state.value).set_function(partial(pool.count, state))
        self._starts = Histogram(
            semconv.PROCESS_START, "How long processes took to become ready.", buckets=SECONDS, registry=registry
        )
        self._failures = Counter(semconv.PROCESS_FAILURES, "Processes that did not become ready.", registry=registry)
        self._takes = Counter(
            semconv.PROCESS_TAKES, "Requests by how they came to their process.", ("how",), registry=registry
        )
        self._ends = Counter(semconv.PROCESS_ENDS, "Processes that went, by why.", ("reason",), registry=registry)
        from_zero(self._takes, TAKES)
        from_zero(self._ends, sorted(why.value for why in Why))

    @override
    def spawned(self, seconds: float) -> None:
        self._starts.observe(seconds)

    @override
    def not_spawned(self, error: EngineError) -> None:
        self._failures.inc()
        self._log.error("process.not_started", reason=error.reason.value, detail=str(error.__cause__ or ""))

    @override
    def taken(self, how: str) -> None:
        self._takes.labels(how).inc()

    @override
    def ended(self, why: Why) -> None:
        self._ends.labels(why.value).inc()
