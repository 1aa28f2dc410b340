"""When Claude is not asked at all: after 429 and 529, until a single call has shown that it answers again. Pure.

Our own, since what is on PyPI opens for a fixed time after so many failures, lets everybody try when it is half open,
and counts a call as good when it has ended (purgatory 3.0, asyncbreaker 2.1, read in November 2026). Here Claude says
how long to wait, one call tries, and a stream has succeeded when it begins, minutes before it ends.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from parley_executor.reasons import Reason

OPENERS = frozenset({Reason.RATE_LIMITED, Reason.OVERLOADED})
"""What opens it: Claude's 429 and 529."""

PROBING = timedelta(seconds=1)
"""What a caller is asked to wait while another one's call tries: about the time that Claude takes to begin."""


class State(Enum):
    """How it stands."""

    CLOSED = "closed"
    HALF_OPEN = "half_open"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class BreakerPolicy:
    """How long it stays open, in seconds, unless Claude asks for more.

    first: the first time; doubled each time that the trying call fails too, to longest; spread: how much longer at
    most, as a share, by lot, so that executors do not all try at once.
    """

    first: float = 1.0
    longest: float = 60.0
    spread: float = 0.2

    def wait(self, asked: timedelta | None, openings: int, draw: float) -> float:
        """Return how long. openings: how often it has opened since it was last closed; draw: 0 to 1."""
        own = min(self.first * 2.0 ** (openings - 1), self.longest)
        least = max(own, asked.total_seconds() if asked is not None else 0.0)
        return least * (1 + self.spread * draw)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Claude is not asked."""

    reason: Reason
    retry_after: timedelta


@dataclass(frozen=True, slots=True)
class Ticket:
    """A call that may be made. era: how often the breaker had opened before; probe: it is the one that tries."""

    era: int
    probe: bool = False


class Breaker:
    """Lets calls through or not. Each call that it lets through says once how it went, or that it ended untold.

    All times are monotonic seconds; draw gives 0 to 1.
    """

    def __init__(self, policy: BreakerPolicy, draw: Callable[[], float]) -> None:
        self._policy = policy
        self._draw = draw
        self._reason: Reason | None = None
        self._until = 0.0
        self._openings = 0
        self._era = 0
        self._probing = False

    def state(self, now: float) -> State:
        """Return how it stands."""
        if self._reason is None:
            return State.CLOSED
        return State.OPEN if now < self._until else State.HALF_OPEN

    def room(self, now: float) -> int | None:
        """Return how many calls it would let through now; None: all."""
        state = self.state(now)
        return None if state is State.CLOSED else int(state is State.HALF_OPEN and not self._probing)

    def left(self, now: float) -> float:
        """Return how long it stays open, in seconds; 0 when it is not."""
        return max(0.0, self._until - now) if self._reason is not None else 0.0

    def refusal(self, now: float) -> Refusal | None:
        """Return why a call is not let through now; None when it is."""
        if self._reason is None or self.room(now):
            return None
        return Refusal(self._reason, timedelta(seconds=self.left(now)) or PROBING)

    def admit(self, now: float) -> Ticket | Refusal:
        """Let a call through, or say why not."""
        refusal = self.refusal(now)
        if refusal is not None:
            return refusal
        self._probing = self._reason is not None
        return Ticket(self._era, self._probing)

    def succeeded(self, ticket: Ticket) -> None:
        """Claude accepted the call. Only the trying call closes it: others were let in before the trouble."""
        if ticket.probe and ticket.era == self._era:
            self._reason, self._probing, self._openings = None, False, 0

    def failed(self, ticket: Ticket, reason: Reason, asked: timedelta | None, now: float) -> None:
        """Claude refused the call, one of OPENERS. asked: how long Claude wants to be left alone.

        While it is open, a call from before tells nothing new, except that Claude wants still longer.
        """
        if self._reason is not None and ticket.era != self._era:
            self._until = max(self._until, now + (asked.total_seconds() if asked is not None else 0.0))
            return
        self._openings += 1
        self._era += 1
        self._reason, self._probing = reason, False
        # What an earlier call was asked to wait meanwhile may be longer.
        self._until = max(self._until, now + self._policy.wait(asked, self._openings, self._draw()))

    def ended(self, ticket: Ticket) -> None:
        """The call ended without a word about Claude's limits; the next one tries."""
        if ticket.probe and ticket.era == self._era:
            self._probing = False
