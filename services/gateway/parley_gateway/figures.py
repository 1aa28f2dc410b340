"""The gateway's instruments. No user, channel, message or guild is ever a label."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import Counter, Gauge, Histogram

from parley_gateway import labels
from parley_kit import semconv
from parley_kit.metrics import SECONDS, Metrics, from_zero
from parley_kit.process import resident_bytes

STALENESS = (0.1, 0.25, 0.5, 0.75, 1, 1.1, 1.3, 1.5, 2, 3, 5, 10, 30)
"""Bucket edges in seconds, dense around the pace of 1.1 s."""
ACKNOWLEDGED = (0.1, 0.25, 0.5, 1, 1.5, 2, 2.5, 3, 5, 10)
"""Bucket edges in seconds: Discord waits 3 s for the answer to a click, the promise is 2.5 s."""
FIRST_TEXT = tuple(sorted((*SECONDS, 8)))
"""Bucket edges in seconds, with the promise of 8 s (docs/telemetry.md) as one of them."""


class Figures:
    """What the gateway counts and measures."""

    def __init__(self, metrics: Metrics) -> None:
        self._registry = metrics.registry
        self._add_discord(metrics)
        self._add_events(metrics)
        self._add_turns(metrics)
        self._add_edits(metrics)
        self._add_replies(metrics)
        self._add_admission(metrics)
        self._show_from_zero()

    def _add_discord(self, metrics: Metrics) -> None:
        registry = metrics.registry
        self.connections = Counter(
            semconv.DISCORD_HTTP_CONNECTIONS,
            "How requests to Discord came to their HTTP connection.",
            ("way",),
            registry=registry,
        )
        self.shard_up = Gauge(semconv.DISCORD_SHARD_UP, "Whether a shard is connected.", ("shard",), registry=registry)
        self.rest = Histogram(
            semconv.HTTP_CLIENT_DURATION,
            "How long calls of Discord's REST interface took, waits for its limits included.",
            ("http_request_method", "http_route", "http_response_status_code", "server_address"),
            buckets=SECONDS,
            registry=registry,
        )
        self.rate_limits = Counter(
            semconv.DISCORD_RATELIMIT_HITS, "Answers 429 of Discord's REST interface.", ("scope",), registry=registry
        )

    def _add_events(self, metrics: Metrics) -> None:
        registry = metrics.registry
        self.events = Counter(semconv.DISCORD_EVENTS, "Events from Discord.", ("event", "outcome"), registry=registry)
        self.triggers = Counter(
            semconv.DISCORD_TRIGGERS,
            "Turns that began here, by what made the bot listen.",
            ("trigger",),
            registry=registry,
        )
        self.acknowledged = Histogram(
            semconv.DISCORD_INTERACTION_ACK,
            "From our answer to a click until Discord took it, or did not.",
            ("outcome",),
            buckets=ACKNOWLEDGED,
            registry=registry,
        )

    def _add_turns(self, metrics: Metrics) -> None:
        registry = metrics.registry
        self.troubles = Counter(
            semconv.TURN_TROUBLES, "Rows of the failure table that were met.", ("trouble", "act"), registry=registry
        )
        self.turns = Counter(
            semconv.TURNS, "Turns that ended, by where their text came from.", ("outcome", "source"), registry=registry
        )
        self.unanswered = Counter(
            semconv.TURNS_UNANSWERED, "Turns that failed, were refused or abandoned.", ("reason",), registry=registry
        )
        self.opening = Histogram(
            semconv.TURN_OPENING,
            "From the event to the word where the text comes from, waits for earlier turns included.",
            ("source",),
            buckets=SECONDS,
            registry=registry,
        )

    def _add_edits(self, metrics: Metrics) -> None:
        registry = metrics.registry
        self.edits = Counter(semconv.REPLY_EDITS, "Edits of Discord messages.", ("kind", "outcome"), registry=registry)
        self.staleness = Histogram(
            semconv.REPLY_EDIT_STALENESS,
            "Age of the oldest text that an edit made visible.",
            buckets=STALENESS,
            registry=registry,
        )

    def _add_replies(self, metrics: Metrics) -> None:
        registry = metrics.registry
        self.first_text = Histogram(
            semconv.REPLY_FIRST_TEXT, "From the event to the first visible text.", buckets=FIRST_TEXT, registry=registry
        )
        self.duration = Histogram(
            semconv.REPLY_DURATION, "From the event to the last edit.", ("outcome",), buckets=SECONDS, registry=registry
        )
        self.bot_requests = Counter(semconv.BOT_REQUESTS, "Turns that ended here.", registry=registry)
        self.bot_errors = Counter(semconv.BOT_ERRORS, "Turns that ended in a named error.", registry=registry)
        self.bot_response_time = Histogram(
            semconv.BOT_RESPONSE_TIME,
            "From the event to the last edit, of all turns.",
            buckets=SECONDS,
            registry=registry,
        )
        memory = Gauge(semconv.BOT_MEMORY, "Resident memory of the gateway.", registry=registry)
        memory.set_function(resident_bytes)

    def _add_admission(self, metrics: Metrics) -> None:
        self.admissions = Counter(
            semconv.ADMISSION_DECISIONS, "Decisions about slots.", ("decision", "reason"), registry=metrics.registry
        )
        self.admission_wait = Histogram(
            semconv.ADMISSION_QUEUE_WAIT, "Time in line for a slot.", buckets=SECONDS, registry=metrics.registry
        )

    def _show_from_zero(self) -> None:
        from_zero(self.turns, labels.OUTCOMES, labels.SOURCES)
        from_zero(self.unanswered, labels.REASONS)
        from_zero(self.opening, labels.SOURCES)
        from_zero(self.duration, labels.OUTCOMES)
        from_zero(self.edits, labels.EDIT_KINDS, labels.EDIT_OUTCOMES)
        from_zero(self.connections, labels.CONNECTIONS)
        from_zero(self.triggers, labels.TRIGGERS)
        from_zero(self.rate_limits, labels.SCOPES)
        from_zero(self.acknowledged, labels.ACKNOWLEDGEMENTS)
        for event, outcomes in labels.EVENTS.items():
            from_zero(self.events, (event,), outcomes)
        for decision, reasons in labels.DECISIONS.items():
            from_zero(self.admissions, (decision,), reasons)
        for trouble, acts in labels.TROUBLES.items():
            from_zero(self.troubles, (trouble,), acts)

    def watch(self, live: Callable[[], int], in_line: Callable[[], int]) -> None:
        """Read the live turns and the line for slots at each scrape."""
        turns = Gauge(semconv.TURNS_HELD, "Turns that are worked on.", registry=self._registry)
        turns.set_function(live)
        line = Gauge(semconv.ADMISSION_QUEUE_DEPTH, "Turns in line for a slot.", registry=self._registry)
        line.set_function(in_line)

    def watch_skew(self, seconds: Callable[[], float]) -> None:
        """Read at each scrape how far our clock is from Discord's."""
        skew = Gauge(semconv.CLOCK_SKEW, "How far our clock is ahead of Discord's.", registry=self._registry)
        skew.set_function(seconds)

    def watch_pool(self, used: Callable[[], int], idle: Callable[[], int]) -> None:
        """Read the HTTP connections to Discord at each scrape."""
        pool = Gauge(
            semconv.DISCORD_HTTP_POOL, "Open HTTP connections to Discord.", ("state",), registry=self._registry
        )
        pool.labels("used").set_function(used)
        pool.labels("idle").set_function(idle)
