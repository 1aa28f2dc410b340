"""One registry a process, and the instruments that every service has.

prometheus-client owns the registry, the page and the exemplars; rooms create their own instruments in it.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Self
from wsgiref.simple_server import WSGIServer

from opentelemetry import trace
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    disable_created_metrics,
    start_http_server,
)

from parley_kit import semconv
from parley_kit.faults import Precondition
from parley_kit.settings import split_address

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600)
"""Bucket edges in seconds: those of the RPC conventions, and beyond for streams that last minutes."""

# `_created` doubles the number of series and nobody reads it.
disable_created_metrics()  # type: ignore[no-untyped-call]  # the library does not type it


class Metrics:
    """The registry and the instruments of the kit."""

    def __init__(self, service: str, version: str, registry: CollectorRegistry | None = None) -> None:
        self.registry = registry or CollectorRegistry()
        ProcessCollector(registry=self.registry)
        Info(semconv.BUILD.removesuffix("_info"), "What runs here.", registry=self.registry).info(
            {"service": service, "version": version}
        )
        labels = ("rpc_method", "rpc_status_code")
        self.server_duration = Histogram(
            semconv.RPC_SERVER_DURATION, "How long calls took here.", labels, buckets=SECONDS, registry=self.registry
        )
        self.client_duration = Histogram(
            semconv.RPC_CLIENT_DURATION,
            "How long calls to peers took.",
            labels,
            buckets=SECONDS,
            registry=self.registry,
        )
        self.calls_in_flight = Gauge(
            semconv.GRPC_CALLS_IN_FLIGHT, "Calls that are open now.", ("rpc_method", "side"), registry=self.registry
        )
        self.loop_lag = Histogram(
            semconv.EVENT_LOOP_LAG,
            "How late the event loop wakes a timer of 100 ms.",
            buckets=(0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5),
            registry=self.registry,
        )


def from_zero(metric: Counter | Histogram, *values: Iterable[str]) -> None:
    """Show every combination of these label values from the start.

    A series that is born with its first event loses that event: Prometheus sees no step from nothing to 1, so no rate
    and no increase tells of the first failure.
    """
    for labels in itertools.product(*values):
        metric.labels(*labels)


def exemplar(span: trace.Span) -> dict[str, str] | None:
    """Return the labels that lead from a sample to its trace; None when the span is not recorded."""
    context = span.get_span_context()
    if not context.is_valid or not context.trace_flags.sampled:
        return None
    return {"trace_id": trace.format_trace_id(context.trace_id), "span_id": trace.format_span_id(context.span_id)}


class MetricsPage:
    """Serves /metrics, in OpenMetrics to those who ask for it, from a thread of prometheus-client's own."""

    def __init__(self, registry: CollectorRegistry, listen: str | None) -> None:
        self._registry = registry
        self._listen = listen
        self._running: tuple[WSGIServer, threading.Thread] | None = None

    @property
    def address(self) -> str | None:
        """host:port of the page; None when it is not served."""
        if self._running is None or self._listen is None:
            return None
        return f"{split_address(self._listen)[0]}:{self._running[0].server_port}"

    def __enter__(self) -> Self:
        if self._listen is not None:
            host, port = split_address(self._listen)
            try:
                self._running = start_http_server(port, host, self._registry)
            except OSError as error:
                raise Precondition("PORT_TAKEN", f"cannot serve metrics on {self._listen}: {error.strerror}") from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._running is not None:
            server, thread = self._running
            stop: Callable[[], None] = server.shutdown
            stop()
            server.server_close()
            thread.join(timeout=2)
