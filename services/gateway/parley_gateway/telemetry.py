"""What the gateway shows of its work: one trace a turn, from Discord's event to the last edit, and its figures."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer
from typing_extensions import override

from parley_gateway import labels
from parley_gateway.claims import Source
from parley_gateway.discord.routes import CALLBACK
from parley_gateway.figures import Figures
from parley_gateway.model import Outcome, Prompt
from parley_gateway.ports import Admission, Observer, RestWatch, TurnWatch
from parley_kit import semconv
from parley_kit.metrics import exemplar
from parley_kit.telemetry import link_to, trace_id_of, traceparent_of

NANOSECONDS = 1_000_000_000
NO_ANSWER = "none"


class Telemetry(Observer):
    """The observer that writes spans and metrics. rest_host: Discord's, a label."""

    def __init__(self, tracer: Tracer, figures: Figures, rest_host: str) -> None:
        self._tracer, self._figures, self._rest_host = tracer, figures, rest_host

    @override
    @contextmanager
    def turn(self, prompt: Prompt, event: str, *, adopted: bool) -> Iterator[TurnWatch]:
        span = self._tracer.start_span(
            f"discord {event}",
            context=trace.set_span_in_context(trace.INVALID_SPAN),
            kind=SpanKind.CONSUMER,
            attributes=_attributes(prompt, event, adopted=adopted),
            links=link_to(prompt.traceparent) if adopted else [],
            start_time=None if adopted else int(prompt.received_at.timestamp() * NANOSECONDS),
        )
        if not adopted:
            self._figures.triggers.labels(prompt.trigger.value).inc()
        with trace.use_span(span, end_on_exit=True):
            yield _TurnWatch(self._tracer, self._figures, span)

    @override
    def event(self, name: str, outcome: str) -> None:
        self._figures.events.labels(name, outcome).inc()

    @override
    @contextmanager
    def rest(self, method: str, route: str) -> Iterator[RestWatch]:
        begun = time.perf_counter()
        attributes = {semconv.HTTP_REQUEST_METHOD: method, semconv.HTTP_ROUTE: route}
        with self._tracer.start_as_current_span(
            f"{method} {route}", kind=SpanKind.CLIENT, attributes=attributes
        ) as span:
            watch = _RestWatch(span)
            yield watch
            call = (method, route, watch.status, self._rest_host)
            took, leads_to = time.perf_counter() - begun, exemplar(span)
            self._figures.rest.labels(*call).observe(took, exemplar=leads_to)
            if route == CALLBACK:
                outcome = labels.NOT_TAKEN if watch.failure else labels.TAKEN
                self._figures.acknowledged.labels(outcome).observe(took, exemplar=leads_to)

    @override
    def limited(self, scope: str) -> None:
        self._figures.rate_limits.labels(labels.scope(scope)).inc()

    def connected(self, *, reused: bool) -> None:
        """Count an HTTP connection that was opened, or used again."""
        self._figures.connections.labels(labels.REUSED if reused else labels.OPENED).inc()

    def shard(self, number: int, *, up: bool) -> None:
        """Note whether a shard is connected."""
        self._figures.shard_up.labels(str(number)).set(up)


def _attributes(prompt: Prompt, event: str, *, adopted: bool) -> dict[str, str | bool]:
    attributes: dict[str, str | bool] = {
        semconv.DISCORD_EVENT_NAME: event,
        semconv.DISCORD_CHANNEL_ID: prompt.channel_id,
        semconv.DISCORD_MESSAGE_ID: prompt.message_id,
        semconv.TURN_ID: prompt.turn_id,
        semconv.TURN_ADOPTED: adopted,
        semconv.DISCORD_TRIGGER: prompt.trigger.value,
    }
    if prompt.guild_id:
        attributes[semconv.DISCORD_GUILD_ID] = prompt.guild_id
    return attributes


class _TurnWatch(TurnWatch):
    def __init__(self, tracer: Tracer, figures: Figures, span: Span) -> None:
        self._tracer, self._figures, self._span = tracer, figures, span
        self._source = Source.UNKNOWN

    @property
    @override
    def traceparent(self) -> str:
        return traceparent_of(self._span)

    @property
    @override
    def reference(self) -> str:
        return trace_id_of(self._span)

    @override
    def opened(self, source: Source, conversation_id: str, link: str, seconds: float) -> None:
        if self._source is Source.UNKNOWN:
            self._figures.opening.labels(labels.source(source)).observe(seconds, exemplar=exemplar(self._span))
        self._source = source
        self._span.set_attribute(semconv.TURN_SOURCE, source.value)
        self._span.set_attribute(semconv.CONVERSATION_ID, conversation_id)
        for found in link_to(link):
            if found.context.trace_id != self._span.get_span_context().trace_id:
                self._span.add_link(found.context)

    @override
    @contextmanager
    def admission(self) -> Iterator[Admission]:
        begun = time.perf_counter()
        with self._tracer.start_as_current_span(semconv.ADMISSION) as span:
            yield _AdmissionWatch(self._figures, span)
        self._figures.admission_wait.observe(time.perf_counter() - begun, exemplar=exemplar(span))

    @override
    def trouble(self, name: str, act: str) -> None:
        self._figures.troubles.labels(name, act).inc()
        self._span.add_event(semconv.TURN_TROUBLE, {semconv.TURN_TROUBLE: name, semconv.TURN_REMEDY: act})

    @override
    def edited(self, kind: str, outcome: str, took: float, staleness: float | None) -> None:
        self._figures.edits.labels(kind, outcome).inc()
        if staleness is not None:
            self._figures.staleness.observe(staleness, exemplar=exemplar(self._span))

    @override
    def first_text(self, seconds: float) -> None:
        self._span.set_attribute(semconv.TURN_FIRST_TEXT, seconds)
        self._figures.first_text.observe(seconds, exemplar=exemplar(self._span))

    @override
    def ended(self, outcome: Outcome | None, reason: str, seconds: float) -> None:
        if outcome is None:
            self._span.set_attribute(semconv.TURN_OUTCOME, "left")
            return
        self._span.set_attribute(semconv.TURN_OUTCOME, outcome.value)
        if reason:
            self._span.set_attribute(semconv.TURN_REASON, reason)
        if outcome is Outcome.FAILED:
            self._span.set_status(Status(StatusCode.ERROR, reason))
            self._span.set_attribute(semconv.ERROR_TYPE, reason)
            self._figures.bot_errors.inc()
        self._count(outcome, reason)
        self._figures.duration.labels(outcome.value).observe(seconds, exemplar=exemplar(self._span))
        self._figures.bot_response_time.observe(seconds, exemplar=exemplar(self._span))
        self._figures.bot_requests.inc()

    def _count(self, outcome: Outcome, reason: str) -> None:
        self._figures.turns.labels(outcome.value, labels.source(self._source)).inc()
        if outcome in labels.UNANSWERED:
            self._figures.unanswered.labels(labels.reason(reason)).inc()


class _AdmissionWatch(Admission):
    def __init__(self, figures: Figures, span: Span) -> None:
        self._figures, self._span = figures, span

    @override
    def decided(self, decision: str, reason: str, *, link: str = "", address: str = "") -> None:
        self._span.set_attribute(semconv.ADMISSION_DECISION, decision)
        self._span.set_attribute(semconv.ADMISSION_REASON, reason)
        if address:
            self._span.set_attribute(semconv.SERVER_ADDRESS, address)
        for found in link_to(link):
            self._span.add_link(found.context)
        self._figures.admissions.labels(decision, reason).inc()


class _RestWatch(RestWatch):
    def __init__(self, span: Span) -> None:
        self._span = span
        self.status = "200"
        self.failure = False

    @override
    def message(self, message_id: str) -> None:
        self._span.set_attribute(semconv.DISCORD_MESSAGE_ID, message_id)

    @override
    def failed(self, kind: str, status: int | None, code: int | None) -> None:
        self.failure = True
        self.status = str(status) if status is not None else NO_ANSWER
        self._span.set_attribute(semconv.ERROR_TYPE, kind)
        self._span.set_status(Status(StatusCode.ERROR, kind))
        if status is not None:
            self._span.set_attribute(semconv.HTTP_RESPONSE_STATUS_CODE, status)
        if code:
            self._span.set_attribute(semconv.DISCORD_ERROR_CODE, code)
