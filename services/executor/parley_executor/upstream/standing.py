"""How an executor stands with Claude's limits, model by model, since Claude counts each apart. Pure but for the clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from parley_executor.engines.port import EngineError
from parley_executor.upstream.breaker import OPENERS, Breaker, BreakerPolicy, Refusal, State, Ticket
from parley_executor.upstream.headroom import Headroom, parse
from parley_kit.clock import Clock

MOST_MODELS = 32
"""So many models are remembered, the last asked; callers name what they like."""
IN_USE = 60.0
"""A model counts as in use for so long after its last call, in seconds: in this time Claude's limits fill up."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What Claude would give now: of the model in use with the most left.

    headroom: None where unknown; calls: how many it would take, None for any number.
    """

    headroom: Headroom | None = None
    calls: int | None = None


class Watch(Protocol):
    """Hears of it."""

    def opened(self, model: str, refusal: Refusal) -> None:
        """Claude is not asked for a while."""
        ...

    def closed(self, model: str) -> None:
        """Claude answers again."""
        ...

    def refused(self, refusal: Refusal) -> None:
        """A call was refused without asking Claude."""
        ...

    def told(self, model: str) -> None:
        """An answer told what is left for a model."""
        ...


@dataclass(slots=True)
class _Model:
    breaker: Breaker
    asked_at: float
    headroom: Headroom | None = None


class Standing:
    """Breakers and headroom. draw: gives 0 to 1, for the breakers' jitter."""

    def __init__(self, clock: Clock, watch: Watch, draw: Callable[[], float], policy: BreakerPolicy) -> None:
        self._clock = clock
        self._watch = watch
        self._draw = draw
        self._policy = policy
        self._models: dict[str, _Model] = {}

    def note(self, model: str, headers: Mapping[str, str]) -> None:
        """Take what the headers of an answer tell of a model's limits."""
        headroom = parse(headers, self._clock.now(), self._clock.monotonic())
        if headroom is not None:
            self._known(model).headroom = headroom
            self._watch.told(model)

    def check(self, model: str) -> None:
        """Raise EngineError when a call would be refused."""
        known = self._models.get(model)
        refusal = None if known is None else known.breaker.refusal(self._clock.monotonic())
        if refusal is not None:
            raise self._error(refusal)

    @contextmanager
    def passage(self, model: str) -> Iterator[Passage]:
        """Let a call through to Claude; EngineError when it is refused. The caller says how it goes."""
        known = self._known(model)
        admitted = known.breaker.admit(self._clock.monotonic())
        if isinstance(admitted, Refusal):
            raise self._error(admitted)
        try:
            yield Passage(self, model, known.breaker, admitted)
        finally:
            known.breaker.ended(admitted)

    def share(self, model: str, limit: str) -> float:
        """Return what is left of a model's limit now, 0 to 1; 1 where nothing is known."""
        known = self._models.get(model)
        allowance = known.headroom.known().get(limit) if known is not None and known.headroom is not None else None
        return 1.0 if allowance is None else allowance.share(self._clock.monotonic())

    def count(self, state: State) -> int:
        """Return how many models' breakers stand so."""
        now = self._clock.monotonic()
        return sum(known.breaker.state(now) is state for known in self._models.values())

    def outlook(self) -> Outlook:
        """Return what Claude would give now."""
        now = self._clock.monotonic()
        used = [known for known in self._models.values() if _in_use(known, now)]
        rooms = [known.breaker.room(now) for known in used]
        told = [known for known in used if known.headroom is not None]
        return Outlook(
            headroom=max(told, key=lambda known: _rank(known, now)).headroom if told else None,
            calls=None if None in rooms or not rooms else sum(room for room in rooms if room is not None),
        )

    def accepted(self, model: str, breaker: Breaker, ticket: Ticket) -> None:
        """Claude took a call."""
        before = breaker.state(self._clock.monotonic())
        breaker.succeeded(ticket)
        if before is not State.CLOSED and breaker.state(self._clock.monotonic()) is State.CLOSED:
            self._watch.closed(model)

    def failed(self, model: str, breaker: Breaker, ticket: Ticket, error: EngineError) -> None:
        """A call failed."""
        if error.reason not in OPENERS:
            return
        now = self._clock.monotonic()
        before = breaker.state(now)
        breaker.failed(ticket, error.reason, error.retry_after, now)
        if before is not State.OPEN and breaker.state(now) is State.OPEN:
            self._watch.opened(model, Refusal(error.reason, timedelta(seconds=breaker.left(now))))

    def _known(self, model: str) -> _Model:
        """Return what is known of a model that is asked now, as the newest of all."""
        now = self._clock.monotonic()
        known = self._models.pop(model, None) or _Model(Breaker(self._policy, self._draw), now)
        known.asked_at = now
        self._models[model] = known
        while len(self._models) > MOST_MODELS:
            del self._models[next(iter(self._models))]
        return known

    def _error(self, refusal: Refusal) -> EngineError:
        self._watch.refused(refusal)
        return EngineError(refusal.reason, retry_after=refusal.retry_after)


class Passage:
    """A call on its way through."""

    def __init__(self, standing: Standing, model: str, breaker: Breaker, ticket: Ticket) -> None:
        self._standing = standing
        self._call = (model, breaker, ticket)

    def accepted(self) -> None:
        """Claude took it."""
        self._standing.accepted(*self._call)

    def failed(self, error: EngineError) -> None:
        """It failed."""
        self._standing.failed(*self._call, error)


def _in_use(known: _Model, now: float) -> bool:
    return now - known.asked_at <= IN_USE or known.breaker.state(now) is not State.CLOSED


def _rank(known: _Model, now: float) -> tuple[bool, float]:
    """Order models by what they could give."""
    least = known.headroom.least(now) if known.headroom is not None else 1.0
    return known.breaker.state(now) is State.CLOSED, least
