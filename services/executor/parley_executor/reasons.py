"""Why a reply fails: one word each, the fault that tells a caller, and whether asking again may help.

The sentences are ours: what Claude's API says about a failure never leaves the engine.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from enum import Enum

from parley_kit import faults


class Reason(Enum):
    """The word in ErrorInfo.reason and Failed.reason."""

    INVALID_REQUEST = "INVALID_REQUEST"
    PROMPT_TOO_LONG = "PROMPT_TOO_LONG"
    MODEL_NOT_FOUND = "MODEL_NOT_FOUND"
    UPSTREAM_AUTH = "UPSTREAM_AUTH"
    BILLING = "BILLING"
    RATE_LIMITED = "RATE_LIMITED"
    POOL_FULL = "POOL_FULL"
    OVERLOADED = "OVERLOADED"
    UPSTREAM_5XX = "UPSTREAM_5XX"
    CONNECT = "CONNECT"
    NO_HEADERS = "NO_HEADERS"
    DRAINING = "DRAINING"
    STREAM_BROKEN = "STREAM_BROKEN"
    PROTOCOL = "PROTOCOL"
    TIMED_OUT = "TIMED_OUT"
    START_FAILED = "START_FAILED"
    CHILD_DIED = "CHILD_DIED"


PASSING = frozenset(
    {
        Reason.OVERLOADED,
        Reason.UPSTREAM_5XX,
        Reason.CONNECT,
        Reason.NO_HEADERS,
        Reason.START_FAILED,
        Reason.CHILD_DIED,
    }
)
"""What may be gone a moment later: the kinds that the executor itself tries once more."""

RETRYABLE = PASSING | {Reason.RATE_LIMITED, Reason.POOL_FULL, Reason.DRAINING, Reason.STREAM_BROKEN, Reason.TIMED_OUT}
"""Where the same request may succeed when it is asked again."""

_Build = Callable[[Reason, str, timedelta | None], faults.Fault]


def _kind(kind: type[faults.Fault]) -> _Build:
    return lambda reason, sentence, after: kind(reason.value, sentence, retry_after=after)


def _bad(field: str) -> _Build:
    return lambda reason, sentence, _: faults.InvalidInput(field, sentence, reason=reason.value)


_TABLE: dict[Reason, tuple[_Build, str]] = {
    Reason.INVALID_REQUEST: (_bad("request"), "Claude's API does not accept it."),
    Reason.PROMPT_TOO_LONG: (_bad("messages"), "The conversation is longer than the model takes."),
    Reason.MODEL_NOT_FOUND: (_kind(faults.NotFound), "Claude's API does not know this model."),
    Reason.UPSTREAM_AUTH: (_kind(faults.Precondition), "Claude's API refuses the executor's credential."),
    Reason.BILLING: (_kind(faults.Precondition), "Claude's API refuses because of the account's billing."),
    Reason.RATE_LIMITED: (_kind(faults.Exhausted), "The account's rate limit at Claude's API is reached."),
    Reason.POOL_FULL: (_kind(faults.Exhausted), "Every slot of this executor is taken."),
    Reason.OVERLOADED: (_kind(faults.Unavailable), "Claude's API is overloaded."),
    Reason.UPSTREAM_5XX: (_kind(faults.Unavailable), "Claude's API has a fault of its own."),
    Reason.CONNECT: (_kind(faults.Unavailable), "The connection to Claude's API failed."),
    Reason.NO_HEADERS: (_kind(faults.Unavailable), "Claude's API took the request and did not answer."),
    Reason.DRAINING: (_kind(faults.Unavailable), "This executor is about to end and takes no new work."),
    Reason.STREAM_BROKEN: (_kind(faults.Conflict), "The reply broke in the middle."),
    Reason.PROTOCOL: (_kind(faults.Internal), "Claude's API answered in a form that is not understood."),
    Reason.TIMED_OUT: (_kind(faults.TimedOut), "Claude's API took too long."),
    Reason.START_FAILED: (_kind(faults.Unavailable), "The claude program did not start."),
    Reason.CHILD_DIED: (_kind(faults.Unavailable), "The claude program ended before it answered."),
}


def fault_of(reason: Reason, retry_after: timedelta | None = None) -> faults.Fault:
    """Return the fault that a caller gets for a reason."""
    build, sentence = _TABLE[reason]
    return build(reason, sentence, retry_after)
