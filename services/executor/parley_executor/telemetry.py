"""What the executor shows of its work: a GenAI span for each call of Claude, and its figures."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import structlog
from opentelemetry import trace
from prometheus_client import Counter, Gauge, Histogram
from typing_extensions import override

from parley_executor.engines.port import EngineError, Finished, Started
from parley_executor.model import Effort, Request, Usage
from parley_executor.observer import Call, Observer
from parley_executor.reasons import PASSING, Reason
from parley_executor.slots import Slots
from parley_kit import semconv
from parley_kit.metrics import SECONDS, Metrics, exemplar, from_zero
from parley_kit.telemetry import PROPAGATOR

TOKENS = tuple(4**power for power in range(1, 11))
"""Bucket edges in tokens, by the GenAI conventions: 4 to about a million."""

CANCELLED = "CANCELLED"
UNKNOWN_MODEL = "other"
"""The label of a model that Claude has never accepted: callers name what they like, and labels must stay few."""

_MODEL = ("gen_ai_request_model",)
_OPERATION = ("gen_ai_operation_name", "gen_ai_provider_name", "gen_ai_request_model")


class Figures:
    """The executor's instruments, and which models may be labels."""

    def __init__(self, metrics: Metrics) -> None:
        registry = metrics.registry
        labels = (*_OPERATION, "error_type")
        self.duration = Histogram(
            semconv.GEN_AI_DURATION, "How long calls of Claude took.", labels, buckets=SECONDS, registry=registry
        )
        self.first_chunk = Histogram(
            semconv.GEN_AI_TIME_TO_FIRST_CHUNK,
            "From the call of Claude to its first text.",
            _OPERATION,
            buckets=SECONDS,
            registry=registry,
        )
        self.tokens = Histogram(
            semconv.GEN_AI_TOKEN_USAGE,
            "Tokens of a reply.",
            (*_OPERATION, "gen_ai_token_type"),
            buckets=TOKENS,
            registry=registry,
        )
        self.slot_wait = Histogram(
            semconv.EXECUTOR_SLOT_WAIT, "How long calls waited for a slot.", buckets=SECONDS, registry=registry
        )
        self.retries = Counter(
            semconv.UPSTREAM_RETRIES, "Second tries at Claude's API.", ("reason",), registry=registry
        )
        from_zero(self.retries, sorted(reason.value for reason in PASSING))
        self.cost = Counter(
            semconv.COST, "What replies cost, in US dollars, by the table of prices.", _MODEL, registry=registry
        )
        self.unpriced = Counter(
            semconv.UNPRICED_REPLIES, "Replies of models whose price is unknown.", _MODEL, registry=registry
        )
        self._accepted: set[str] = set()

    def accept(self, model: str) -> None:
        """Let a model be a label from now on; its series are there before its first reply ends."""
        if model in self._accepted:
            return
        self._accepted.add(model)
        for kind in _usage_kinds(Usage()):
            self.tokens.labels(*self.operation(model), kind)
        for outcome in ("", CANCELLED):
            self.duration.labels(*self.operation(model), outcome)
        for counter in (self.cost, self.unpriced):
            counter.labels(model)

    def operation(self, model: str) -> tuple[str, str, str]:
        """Return the labels of a call."""
        return semconv.CHAT, semconv.ANTHROPIC, self.model(model)

    def model(self, model: str) -> str:
        """Return the label of a model."""
        return model if model in self._accepted else UNKNOWN_MODEL


class Telemetry(Observer):
    """The observer that writes spans and metrics."""

    def __init__(
        self,
        tracer: trace.Tracer,
        metrics: Metrics,
        log: structlog.stdlib.BoundLogger,
        engine: str,
        slots: Slots,
    ) -> None:
        self._tracer = tracer
        self._log = log
        self._unpriced: set[str] = set()
        self._engine = engine
        self._figures = Figures(metrics)
        self._show_slots(metrics, slots)

    def _show_slots(self, metrics: Metrics, slots: Slots) -> None:
        """Read at each scrape, so that no change is missed and none costs anything."""
        gauge = Gauge(semconv.EXECUTOR_SLOTS, "Slots, and who waits for one.", ("state",), registry=metrics.registry)
        gauge.labels("busy").set_function(lambda: slots.load.busy)
        gauge.labels("waiting").set_function(lambda: slots.load.waiting)
        gauge.labels("free").set_function(lambda: 0 if slots.load.draining else slots.load.total - slots.load.busy)
        gauge.labels("draining").set_function(lambda: slots.load.total if slots.load.draining else 0)

    @override
    @contextmanager
    def calling(self, request: Request) -> Iterator[Call]:
        attributes: dict[str, str | int | bool] = {
            semconv.GEN_AI_OPERATION_NAME: semconv.CHAT,
            semconv.GEN_AI_PROVIDER_NAME: semconv.ANTHROPIC,
            semconv.GEN_AI_REQUEST_MODEL: request.model,
            semconv.GEN_AI_REQUEST_MAX_TOKENS: request.max_output_tokens,
            semconv.GEN_AI_REQUEST_STREAM: True,
            semconv.CONVERSATION_ID: request.conversation_id,
            semconv.TURN_ID: request.turn_id,
            semconv.EXECUTOR_ENGINE: self._engine,
        }
        if request.effort is not Effort.OFF:
            attributes[semconv.GEN_AI_REQUEST_REASONING_LEVEL] = request.effort.value
        span = self._tracer.start_span(
            f"{semconv.CHAT} {request.model}", kind=trace.SpanKind.CLIENT, attributes=attributes
        )
        call = _Call(span, self._figures, request.model, self._unknown_price)
        try:
            with trace.use_span(span, record_exception=False, set_status_on_exception=False):
                yield call
        finally:
            call.end()

    @override
    def waited(self, seconds: float) -> None:
        self._figures.slot_wait.observe(seconds, exemplar=exemplar(trace.get_current_span()))

    @override
    def retrying(self, reason: Reason, wait: float) -> None:
        self._figures.retries.labels(reason.value).inc()
        trace.get_current_span().add_event(
            semconv.EXECUTOR_RETRY, {semconv.ERROR_TYPE: reason.value, semconv.EXECUTOR_RETRY_WAIT: wait}
        )

    def _unknown_price(self, model: str) -> None:
        """Say it once a model; each reply is counted."""
        if model not in self._unpriced:
            self._unpriced.add(model)
            detail = "Its replies count no cost; put its price into a file that PARLEY_EXECUTOR_PRICES names."
            self._log.warning("price.unknown", model=model, detail=detail)


class _Call(Call):
    """One span and its samples. unpriced: hears of a model whose price is unknown."""

    def __init__(self, span: trace.Span, figures: Figures, model: str, unpriced: Callable[[str], None]) -> None:
        self._span = span
        self._figures = figures
        self._model = self._priced_as = model
        self._unpriced = unpriced
        self._begun = time.perf_counter()
        self._error = CANCELLED

    @property
    @override
    def trace(self) -> Mapping[str, str]:
        carrier: dict[str, str] = {}
        PROPAGATOR.inject(carrier, trace.set_span_in_context(self._span))
        return carrier

    @override
    def started(self, started: Started) -> None:
        self._figures.accept(self._model)
        self._priced_as = started.model or self._model
        self._span.set_attribute(semconv.GEN_AI_RESPONSE_MODEL, started.model)
        self._span.set_attribute(semconv.GEN_AI_RESPONSE_ID, started.response_id)
        if started.session:
            self._span.set_attribute(semconv.EXECUTOR_SESSION, started.session)

    @override
    def first_text(self) -> None:
        seconds = time.perf_counter() - self._begun
        self._span.set_attribute(semconv.GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK, seconds)
        labels = self._figures.operation(self._model)
        self._figures.first_chunk.labels(*labels).observe(seconds, exemplar=exemplar(self._span))

    @override
    def finished(self, finished: Finished) -> None:
        self._error = ""
        self._span.set_attribute(semconv.GEN_AI_RESPONSE_FINISH_REASONS, (finished.stop_reason,))
        for name, count in _usage_attributes(finished.usage).items():
            self._span.set_attribute(name, count)
        labels = self._figures.operation(self._model)
        for kind, count in _usage_kinds(finished.usage).items():
            self._figures.tokens.labels(*labels, kind).observe(count)
        self._show_cost(finished.cost)

    def _show_cost(self, cost: int | None) -> None:
        """cost: in millionths of a US dollar; None where the price is unknown."""
        model = self._figures.model(self._model)
        if cost is None:
            self._figures.unpriced.labels(model).inc()
            self._unpriced(self._priced_as)
            return
        self._figures.cost.labels(model).inc(cost / 1e6)
        self._span.set_attribute(semconv.EXECUTOR_COST, cost / 1e6)

    @override
    def failed(self, error: EngineError) -> None:
        self._error = error.reason.value
        self._span.set_status(trace.StatusCode.ERROR, self._error)
        if error.upstream_status is not None:
            self._span.set_attribute(semconv.UPSTREAM_STATUS_CODE, error.upstream_status)

    def end(self) -> None:
        """Close the span; a call that nobody ended was cancelled, which is no fault of anyone's."""
        if self._error:
            self._span.set_attribute(semconv.ERROR_TYPE, self._error)
        self._span.end()
        labels = self._figures.operation(self._model)
        seconds = time.perf_counter() - self._begun
        self._figures.duration.labels(*labels, self._error).observe(seconds, exemplar=exemplar(self._span))


def _usage_attributes(usage: Usage) -> dict[str, int]:
    """Return usage by the GenAI conventions, whose input tokens include those of the prompt cache."""
    return {
        semconv.GEN_AI_USAGE_INPUT_TOKENS: usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens,
        semconv.GEN_AI_USAGE_OUTPUT_TOKENS: usage.output_tokens,
        semconv.GEN_AI_USAGE_CACHE_READ_TOKENS: usage.cache_read_tokens,
        semconv.GEN_AI_USAGE_CACHE_WRITE_TOKENS: usage.cache_write_tokens,
    }


def _usage_kinds(usage: Usage) -> dict[str, int]:
    return {
        "input": usage.input_tokens,
        "output": usage.output_tokens,
        "cache_read": usage.cache_read_tokens,
        "cache_write": usage.cache_write_tokens,
    }
