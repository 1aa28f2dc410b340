"""What one call leaves behind: its span, its sample, its place in the in-flight gauge."""

from __future__ import annotations

import time
from typing import Literal

import grpc
from opentelemetry import trace
from opentelemetry.context import Context
from prometheus_client import Histogram

from parley_kit import semconv
from parley_kit.metrics import Metrics, exemplar

Side = Literal["client", "server"]

CLIENT_ERRORS = frozenset(code for code in grpc.StatusCode if code is not grpc.StatusCode.OK)
"""On the client each status but OK is an error."""
SERVER_ERRORS = frozenset(
    {
        grpc.StatusCode.UNKNOWN,
        grpc.StatusCode.DEADLINE_EXCEEDED,
        grpc.StatusCode.UNIMPLEMENTED,
        grpc.StatusCode.INTERNAL,
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.DATA_LOSS,
    }
)
"""Statuses that are a server's fault, by the RPC conventions; the others are an answer to the caller."""
KINDS = {"client": trace.SpanKind.CLIENT, "server": trace.SpanKind.SERVER}


class Recording:
    """One call, from its start to `end`, which may come from a callback and counts once."""

    def __init__(
        self,
        tracer: trace.Tracer,
        metrics: Metrics,
        side: Side,
        method: str,
        *,
        parent: Context | None,
        address: str = "",
    ) -> None:
        self._method = method.lstrip("/")
        self._side: Side = side
        self._metrics = metrics
        self._started = time.perf_counter()
        attributes = {semconv.RPC_SYSTEM_NAME: "grpc", semconv.RPC_METHOD: self._method}
        if address:
            attributes[semconv.SERVER_ADDRESS] = address
        self.span = tracer.start_span(self._method, context=parent, kind=KINDS[side], attributes=attributes)
        metrics.calls_in_flight.labels(self._method, side).inc()
        self._ended = False

    def end(self, code: grpc.StatusCode) -> None:
        """Close the call with its status."""
        if self._ended:
            return
        self._ended = True
        self._metrics.calls_in_flight.labels(self._method, self._side).dec()
        self._duration().labels(self._method, code.name).observe(
            time.perf_counter() - self._started, exemplar=exemplar(self.span)
        )
        self._close_span(code)

    def _duration(self) -> Histogram:
        return self._metrics.client_duration if self._side == "client" else self._metrics.server_duration

    def _close_span(self, code: grpc.StatusCode) -> None:
        self.span.set_attribute(semconv.RPC_STATUS_CODE, code.name)
        if code in (CLIENT_ERRORS if self._side == "client" else SERVER_ERRORS):
            self.span.set_attribute(semconv.ERROR_TYPE, code.name)
            if code is not grpc.StatusCode.CANCELLED:  # somebody left: that is no fault of anyone's
                self.span.set_status(trace.StatusCode.ERROR, code.name)
        self.span.end()
