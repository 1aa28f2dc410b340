"""What an operator sees of Redis: a span and a duration for each operation, and whether it is up."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Callable, Iterator

from opentelemetry.trace import INVALID_SPAN, Span, SpanKind, StatusCode, Tracer
from prometheus_client import CollectorRegistry, Gauge, Histogram

from parley_cache.store.redis.memory import UNKNOWN, Memory
from parley_kit import semconv
from parley_kit.faults import Fault
from parley_kit.metrics import SECONDS, exemplar

EVALSHA = "EVALSHA"
BUCKETS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, *(edge for edge in SECONDS if edge <= 1))
"""In seconds: a step takes some hundred microseconds, and nothing is waited for longer than a moment."""


OFTEN = frozenset({"append", "figures", "look", "orphans", "renew", "sweep"})
"""Operations that come several times a second for as long as a turn lives: they are timed, and leave no span."""


class Instruments:
    """Spans and metrics of the store. `server` is host:port, or the name that Sentinels know; `told` hears of ups and downs."""

    def __init__(
        self, tracer: Tracer, registry: CollectorRegistry, server: str, told: Callable[[bool], None] = lambda _up: None
    ) -> None:
        self._told = told
        self._tracer = tracer
        self._server = server
        self._duration = Histogram(
            semconv.DB_DURATION,
            "How long operations of the store took.",
            ("db_operation_name", "db_stored_procedure_name", "error_type"),
            buckets=BUCKETS,
            registry=registry,
        )
        self._up = Gauge(semconv.REDIS_UP, "Whether Redis answers.", registry=registry)
        self._memory = Gauge(semconv.REDIS_MEMORY, "What Redis uses, and its maxmemory.", ("kind",), registry=registry)
        self._policies = Gauge(
            semconv.REDIS_POLICY, "Redis's maxmemory-policy; allkeys-… loses turns.", ("policy",), registry=registry
        )
        self._policy = ""

    def memory(self, memory: Memory | None) -> None:
        """Note what Redis tells of its memory; NaN, which no alert's comparison meets, for what is not bounded or told."""
        self._memory.labels("used").set(memory.used if memory is not None else math.nan)
        self._memory.labels("bound").set(memory.most if memory is not None and memory.most else math.nan)
        policy = memory.policy if memory is not None else UNKNOWN
        if policy != self._policy:
            self._policy = policy
            self._policies.clear()
            self._policies.labels(policy).set(1)

    def up(self, up: bool) -> None:  # noqa: FBT001 — reads as `up(True)`
        """Note whether Redis answers."""
        self._up.set(up)
        self._told(up)

    @contextlib.contextmanager
    def operation(self, name: str) -> Iterator[None]:
        """Record an operation around a block; `name` is what it does, such as claim."""
        started, error = time.perf_counter(), ""
        with contextlib.nullcontext(INVALID_SPAN) if name in OFTEN else self._span(name) as span:
            try:
                yield
            except Fault as fault:
                error = fault.reason
                span.set_attribute(semconv.ERROR_TYPE, error)
                span.set_status(StatusCode.ERROR, error)
                raise
            finally:
                took = time.perf_counter() - started
                self._duration.labels(EVALSHA, name, error).observe(took, exemplar=exemplar(span))

    def _span(self, name: str) -> contextlib.AbstractContextManager[Span]:
        attributes = {
            semconv.DB_SYSTEM_NAME: "redis",
            semconv.DB_OPERATION_NAME: EVALSHA,
            semconv.DB_STORED_PROCEDURE_NAME: name,
            semconv.SERVER_ADDRESS: self._server,
        }
        return self._tracer.start_as_current_span(
            EVALSHA, kind=SpanKind.CLIENT, attributes=attributes, record_exception=False, set_status_on_exception=False
        )
