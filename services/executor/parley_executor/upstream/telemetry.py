"""What is shown of Claude's limits: how much is left, which breakers are open, what was refused because of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import structlog
from prometheus_client import Counter, Gauge
from typing_extensions import override

from parley_executor.upstream.breaker import OPENERS, Refusal, State
from parley_executor.upstream.headroom import LIMITS
from parley_executor.upstream.standing import Standing, Watch
from parley_kit import semconv
from parley_kit.metrics import Metrics, from_zero


class UpstreamTelemetry(Watch):
    """Writes metrics and log lines. changed: is called when more or less may be asked of Claude than before."""

    def __init__(self, metrics: Metrics, log: structlog.stdlib.BoundLogger, changed: Callable[[], None]) -> None:
        registry = metrics.registry
        self._log = log
        self._changed = changed
        self._headroom = Gauge(
            semconv.UPSTREAM_HEADROOM,
            "What is left of a rate limit at Claude's API; 1 is all of it.",
            ("gen_ai_request_model", "limit"),
            registry=registry,
        )
        self._breakers = Gauge(
            semconv.UPSTREAM_BREAKERS, "Models by how their breaker stands.", ("state",), registry=registry
        )
        self._refusals = Counter(
            semconv.UPSTREAM_REFUSALS, "Calls refused without asking Claude.", ("reason",), registry=registry
        )
        from_zero(self._refusals, sorted(reason.value for reason in OPENERS))
        self._standing: Standing | None = None
        self._told: set[str] = set()

    def show(self, standing: Standing) -> None:
        """Read from it at each scrape, for what Claude gives comes back by time alone."""
        self._standing = standing
        for state in State:
            self._breakers.labels(state.value).set_function(partial(standing.count, state))

    @override
    def opened(self, model: str, refusal: Refusal) -> None:
        seconds = round(refusal.retry_after.total_seconds(), 1)
        self._log.warning("breaker.opened", model=model, reason=refusal.reason.value, seconds=seconds)
        self._changed()

    @override
    def closed(self, model: str) -> None:
        self._log.info("breaker.closed", model=model)
        self._changed()

    @override
    def refused(self, refusal: Refusal) -> None:
        self._refusals.labels(refusal.reason.value).inc()

    @override
    def told(self, model: str) -> None:
        """Show a model from its first answer on; Claude tells limits only of models that there are."""
        if model in self._told or self._standing is None:
            return
        self._told.add(model)
        for limit in LIMITS:
            self._headroom.labels(model, limit).set_function(partial(self._standing.share, model, limit))
