"""The laws of the breaker, by a machine that plays calls, answers and time against it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from parley_executor.reasons import Reason
from parley_executor.upstream.breaker import Breaker, BreakerPolicy, Refusal, State, Ticket

POLICY = BreakerPolicy(first=1.0, longest=60.0, spread=0.2)
REASONS = st.sampled_from([Reason.RATE_LIMITED, Reason.OVERLOADED])
ASKED = st.none() | st.integers(0, 3600).map(lambda seconds: timedelta(seconds=seconds))


class Calls(RuleBasedStateMachine):
    """Calls come, are let through or not, and end in every way and order."""

    tickets: Any = Bundle("tickets")

    def __init__(self) -> None:
        super().__init__()
        self.now = 1000.0
        self.draw = 0.0
        self.breaker = Breaker(POLICY, lambda: self.draw)
        self.probe: Ticket | None = None
        self.not_before = self.not_after = 0.0

    @rule(seconds=st.floats(0, 100))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @rule(draw=st.floats(0, 1))
    def lot(self, draw: float) -> None:
        self.draw = draw

    @rule(target=tickets)
    def call(self) -> Any:
        before = self.breaker.state(self.now)
        admitted = self.breaker.admit(self.now)
        if isinstance(admitted, Refusal):
            assert before is State.OPEN or self.probe is not None, "refused without a reason"
            assert admitted.retry_after > timedelta(0)
            return Ticket(-1)
        assert before is not State.OPEN, "let through while it is open"
        assert self.now >= self.not_before, "let through before Claude wants it"
        assert admitted.probe is (before is State.HALF_OPEN)
        if admitted.probe:
            assert self.probe is None, "two try at once"
            self.probe = admitted
        return admitted

    @rule(ticket=tickets)
    def accepted(self, ticket: Ticket) -> None:
        was = self.breaker.state(self.now)
        self.breaker.succeeded(ticket)
        if ticket is self.probe:
            assert self.breaker.state(self.now) is State.CLOSED
            self.probe, self.not_before, self.not_after = None, 0.0, 0.0
        else:
            assert self.breaker.state(self.now) is was, "only the one that tries closes it"

    @rule(ticket=consumes(tickets), reason=REASONS, asked=ASKED)
    def failed(self, ticket: Ticket, reason: Reason, asked: timedelta | None) -> None:
        if ticket.era < 0:
            return
        was = self.breaker.state(self.now)
        self.breaker.failed(ticket, reason, asked, self.now)
        least = asked.total_seconds() if asked is not None else 0.0
        self.not_before = max(self.not_before, self.now + least)
        if was is State.CLOSED or ticket is self.probe:
            assert self.breaker.state(self.now) is State.OPEN
            self.probe = None
        longest = max(least, POLICY.longest) * (1 + POLICY.spread)
        self.not_after = max(self.not_after, self.now + longest)
        assert self.now + self.breaker.left(self.now) <= self.not_after + 1e-6

    @rule(ticket=consumes(tickets))
    def left(self, ticket: Ticket) -> None:
        """It was cancelled, or failed for another reason."""
        was = self.breaker.state(self.now)
        self.breaker.ended(ticket)
        assert self.breaker.state(self.now) is was
        if ticket is self.probe:
            self.probe = None

    @invariant()
    def it_comes_back_by_itself(self) -> None:
        """Who waits as long as it is told is let through, unless another one tries just then."""
        refusal = self.breaker.refusal(self.now)
        if refusal is None or self.probe is not None:
            return
        assert self.breaker.refusal(self.now + refusal.retry_after.total_seconds() + 1e-5) is None

    @invariant()
    def room_is_what_it_lets_through(self) -> None:
        room = self.breaker.room(self.now)
        assert (room == 0) is (self.breaker.refusal(self.now) is not None)
        assert (room is None) is (self.breaker.state(self.now) is State.CLOSED)


TestCalls = Calls.TestCase


def opened(times: int, asked: timedelta | None = None) -> float:
    """How long it stays open when the call that tries fails again and again."""
    breaker, now, left = Breaker(POLICY, lambda: 0.0), 0.0, 0.0
    for _ in range(times):
        ticket = breaker.admit(now)
        assert isinstance(ticket, Ticket)
        breaker.failed(ticket, Reason.OVERLOADED, asked, now)
        left, now = breaker.left(now), now + breaker.left(now)
    return left


def test_it_stays_open_longer_each_time_up_to_a_minute() -> None:
    assert [opened(times) for times in (1, 2, 3, 4, 7, 50)] == [1, 2, 4, 8, 60, 60]


def test_it_stays_open_as_long_as_claude_asks() -> None:
    assert opened(1, timedelta(seconds=90)) == 90


def test_executors_do_not_all_try_at_once() -> None:
    assert POLICY.wait(timedelta(seconds=10), 1, 1.0) == 12.0


def test_a_refusal_tells_claudes_reason_and_what_is_left_of_the_wait() -> None:
    breaker = Breaker(POLICY, lambda: 0.0)
    ticket = breaker.admit(0.0)
    assert isinstance(ticket, Ticket)
    breaker.failed(ticket, Reason.RATE_LIMITED, timedelta(seconds=30), 0.0)
    assert breaker.admit(10.0) == Refusal(Reason.RATE_LIMITED, timedelta(seconds=20))
