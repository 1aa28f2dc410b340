from __future__ import annotations

import pytest

from parley_gateway.endings import CAUSES
from parley_gateway.turns.failures import TABLE, Act, Trouble, cache_trouble, executor_trouble, told_reason
from parley_kit import faults


def test_every_trouble_has_a_remedy() -> None:
    assert set(TABLE) == set(Trouble)


def test_what_is_told_has_words() -> None:
    told = [remedy.reason for remedy in TABLE.values() if remedy.act in (Act.TELL, Act.WAIT, Act.ELSEWHERE, Act.ANEW)]
    assert set(told) <= set(CAUSES)


@pytest.mark.parametrize(
    ("fault", "talking", "trouble"),
    [
        (faults.Exhausted("POOL_FULL", ""), False, Trouble.EXECUTOR_FULL),
        (faults.Unavailable("DRAINING", ""), False, Trouble.EXECUTOR_FULL),
        (faults.Exhausted("RATE_LIMITED", ""), False, Trouble.UPSTREAM),
        (faults.Unavailable("OVERLOADED", ""), False, Trouble.UPSTREAM),
        (faults.Unavailable("CONNECT", ""), False, Trouble.UPSTREAM),
        (faults.Precondition("UPSTREAM_AUTH", ""), False, Trouble.UPSTREAM),
        (faults.InvalidInput("messages", "", reason="PROMPT_TOO_LONG"), False, Trouble.UPSTREAM),
        (faults.Unavailable("UNAVAILABLE", ""), False, Trouble.EXECUTOR_LOST),
        (faults.Unavailable("UNAVAILABLE", ""), True, Trouble.EXECUTOR_LOST_TALKING),
        (faults.Internal("CANCELLED", ""), True, Trouble.EXECUTOR_LOST_TALKING),
        (faults.TimedOut("TIMED_OUT", ""), False, Trouble.FIRST_TEXT_LATE),
        (faults.TimedOut("DEADLINE_EXCEEDED", ""), True, Trouble.UPSTREAM),
    ],
)
def test_a_failed_execution_finds_its_row(fault: faults.Fault, talking: bool, trouble: Trouble) -> None:
    assert executor_trouble(fault, talking=talking) is trouble


def test_the_reason_that_claude_gave_is_told() -> None:
    assert told_reason(Trouble.UPSTREAM, faults.Unavailable("OVERLOADED", "")) == "OVERLOADED"
    assert told_reason(Trouble.UPSTREAM, faults.TimedOut("DEADLINE_EXCEEDED", "")) == "TIMED_OUT"
    assert told_reason(Trouble.EXECUTOR_LOST, faults.Unavailable("UNAVAILABLE", "")) == "NO_EXECUTOR"


def test_a_broken_hold_finds_its_row() -> None:
    assert (
        cache_trouble(faults.Conflict("HELD_ELSEWHERE", ""), adopting=False, claiming=False) is Trouble.HELD_ELSEWHERE
    )
    assert cache_trouble(faults.NotFound("NO_SUCH_TURN", ""), adopting=True, claiming=False) is Trouble.HELD_ELSEWHERE
    assert cache_trouble(faults.Unavailable("UNAVAILABLE", ""), adopting=False, claiming=False) is Trouble.CACHE_BROKEN
    assert cache_trouble(faults.Conflict("LEASE_LOST", ""), adopting=False, claiming=False) is Trouble.CACHE_BROKEN
    assert cache_trouble(faults.OutOfRange("TEXT_PAST_END", ""), adopting=False, claiming=False) is Trouble.CACHE_BROKEN


def test_a_cache_that_does_not_take_a_new_turn_is_not_silent() -> None:
    full, invalid = faults.Exhausted("STORE_FULL", ""), faults.InvalidInput("prompt", "")
    assert cache_trouble(full, adopting=False, claiming=True) is Trouble.CACHE_FULL
    assert cache_trouble(invalid, adopting=False, claiming=True) is Trouble.CACHE_REFUSES
    assert cache_trouble(full, adopting=False, claiming=False) is Trouble.CACHE_BROKEN, (
        "it is being answered: that goes on"
    )
