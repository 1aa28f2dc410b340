from __future__ import annotations

from datetime import timedelta

import pytest

from parley_executor.reasons import PASSING, RETRYABLE, Reason, fault_of
from parley_kit import faults

KINDS: dict[type[faults.Fault], set[Reason]] = {
    faults.InvalidInput: {Reason.INVALID_REQUEST, Reason.PROMPT_TOO_LONG},
    faults.NotFound: {Reason.MODEL_NOT_FOUND},
    faults.Precondition: {Reason.UPSTREAM_AUTH, Reason.BILLING},
    faults.Exhausted: {Reason.RATE_LIMITED, Reason.POOL_FULL},
    faults.Unavailable: {
        Reason.OVERLOADED,
        Reason.UPSTREAM_5XX,
        Reason.CONNECT,
        Reason.NO_HEADERS,
        Reason.DRAINING,
        Reason.START_FAILED,
        Reason.CHILD_DIED,
    },
    faults.Conflict: {Reason.STREAM_BROKEN},
    faults.Internal: {Reason.PROTOCOL},
    faults.TimedOut: {Reason.TIMED_OUT},
}


@pytest.mark.parametrize("reason", list(Reason))
def test_each_reason_is_the_fault_of_its_kind_and_keeps_its_word(reason: Reason) -> None:
    fault = fault_of(reason)
    assert reason in KINDS[type(fault)]
    assert fault.reason == reason.value
    assert fault.message.endswith(".")


def test_the_wait_that_is_known_goes_with_the_fault() -> None:
    assert fault_of(Reason.RATE_LIMITED, timedelta(seconds=7)).retry_after == timedelta(seconds=7)


def test_what_the_executor_tries_again_may_be_tried_by_others_too() -> None:
    assert PASSING < RETRYABLE
    assert not RETRYABLE & {Reason.INVALID_REQUEST, Reason.UPSTREAM_AUTH, Reason.BILLING, Reason.PROTOCOL}
