"""The failure table: what went wrong with a turn, and what is done about it. Data; the rest of `turns` obeys it.

Every row ends in something that the member sees, but for LEAVE and HAND_OVER, where another gateway shows it, and ABANDON,
where nothing is left that it could be shown in. What that is, and the test of each: docs/conversation.md, "When something fails".
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from parley_kit.faults import Conflict, Exhausted, Fault, InvalidInput, NotFound, TimedOut


class Trouble(Enum):
    """What went wrong."""

    MONITOR_SILENT = "the monitor does not tell what is free"
    NO_SLOT = "every slot is taken"
    NO_EXECUTOR = "no executor is alive"
    CACHE_SILENT = "the cache said no word at the turn's start"
    CACHE_BROKEN = "the stream to the cache broke, or a claim or a renewal was not answered"
    CACHE_NOT_TOLD = "the cache did not take our last word before we had to end"
    CACHE_FULL = "the cache has no room for another turn"
    CACHE_REFUSES = "the cache does not take such a turn"
    HELD_ELSEWHERE = "another gateway holds the turn"
    EXECUTOR_FULL = "an executor had no slot after all, or is about to end"
    EXECUTOR_LOST = "an executor went away before its first word"
    EXECUTOR_LOST_TALKING = "an executor went away in the middle of the text"
    FIRST_TEXT_LATE = "Claude said nothing for too long"
    UPSTREAM = "Claude refused the request or failed"
    QUESTION_GONE = "the question, its answer or its channel is gone"
    NO_PERMISSION = "Discord does not let us write there"
    DISCORD_AWAY = "Discord takes no edit for now: a limit, a 5xx, a lost connection"
    PRESS_LATE = "an interaction is too old to be answered"
    GATEWAY_ENDS = "this gateway ends before the answer does"


class Act(Enum):
    """What is done."""

    GUESS = "count our own turns only, round robin over the addresses we know"
    WAIT = "wait with an estimate that the member sees, then tell"
    WITHOUT_MEMORY = "answer without earlier messages, say so, keep opening"
    REOPEN = "open again with what we have, elsewhere if there is an elsewhere"
    LEAVE = "write nothing more; whoever holds it answers"
    ELSEWHERE = "ask another executor, unseen"
    ANEW = "ask another executor; its text replaces what is shown"
    TELL = "end with a named error and the trace's id"
    ABANDON = "stop Claude, leave nothing"
    APART = "stop Claude, write to the asker alone"
    PERSIST = (
        "try the newest text again until Discord takes it, for as long as an unanswered question would be answered"
    )
    OBEY = "do what it asks for all the same; its member sees that in the channel"
    HAND_OVER = "give the lease back; a sibling goes on in the same messages"


@dataclass(frozen=True, slots=True)
class Remedy:
    """times: how often a turn is tried again before the trouble is told; reason: what is told then."""

    act: Act
    times: int = 0
    reason: str = "INTERNAL"


TABLE: dict[Trouble, Remedy] = {
    Trouble.MONITOR_SILENT: Remedy(Act.GUESS),
    Trouble.NO_SLOT: Remedy(Act.WAIT, reason="POOL_FULL"),
    Trouble.NO_EXECUTOR: Remedy(Act.WAIT, reason="NO_EXECUTOR"),
    Trouble.CACHE_SILENT: Remedy(Act.WITHOUT_MEMORY),
    Trouble.CACHE_BROKEN: Remedy(Act.REOPEN),
    Trouble.CACHE_NOT_TOLD: Remedy(Act.LEAVE),
    Trouble.CACHE_FULL: Remedy(Act.TELL, reason="POOL_FULL"),
    Trouble.CACHE_REFUSES: Remedy(Act.TELL, reason="INVALID_REQUEST"),
    Trouble.HELD_ELSEWHERE: Remedy(Act.LEAVE),
    Trouble.EXECUTOR_FULL: Remedy(Act.ELSEWHERE, times=8, reason="POOL_FULL"),
    Trouble.EXECUTOR_LOST: Remedy(Act.ELSEWHERE, times=2, reason="NO_EXECUTOR"),
    Trouble.EXECUTOR_LOST_TALKING: Remedy(Act.ANEW, times=1, reason="STREAM_BROKEN"),
    Trouble.FIRST_TEXT_LATE: Remedy(Act.TELL, reason="TIMED_OUT"),
    Trouble.UPSTREAM: Remedy(Act.TELL),
    Trouble.QUESTION_GONE: Remedy(Act.ABANDON),
    Trouble.NO_PERMISSION: Remedy(Act.APART, reason="FORBIDDEN"),
    Trouble.DISCORD_AWAY: Remedy(Act.PERSIST, reason="UNREACHABLE"),
    Trouble.PRESS_LATE: Remedy(Act.OBEY),
    Trouble.GATEWAY_ENDS: Remedy(Act.HAND_OVER),
}

FULL = frozenset({"POOL_FULL", "DRAINING"})
"""Reasons of an executor that is well and has no place."""
LEASE_LOST = "LEASE_LOST"
"""The cache's reason when another claim replaced ours. It may be one of our own that came late: a stream that we gave
up, at a cache that was slow to hear it. Opening again tells whose the turn is.
"""
LOST = frozenset({"UNAVAILABLE", "UNKNOWN", "INTERNAL", "CANCELLED", "ABORTED", "DATA_LOSS", "UNIMPLEMENTED"})
"""Reasons of a call that broke below the executor's own words: status names, since no ErrorInfo came."""


def executor_trouble(fault: Fault, *, talking: bool) -> Trouble:
    """Return the row for a failed Execute; talking: some of its text has come."""
    if isinstance(fault, Exhausted) and fault.reason not in FULL:
        return Trouble.UPSTREAM
    if fault.reason in FULL and not talking:
        return Trouble.EXECUTOR_FULL
    if fault.reason in FULL or fault.reason in LOST:
        return Trouble.EXECUTOR_LOST_TALKING if talking else Trouble.EXECUTOR_LOST
    return Trouble.FIRST_TEXT_LATE if isinstance(fault, TimedOut) and not talking else Trouble.UPSTREAM


def cache_trouble(fault: Fault, *, adopting: bool, claiming: bool) -> Trouble:
    """Return the row for a HoldTurn that broke. adopting: nothing was heard since we asked for an orphan; claiming: nothing
    was heard since we asked for a turn that is new, and it is not being answered.
    """
    if (isinstance(fault, Conflict) and fault.reason != LEASE_LOST) or (adopting and isinstance(fault, NotFound)):
        return Trouble.HELD_ELSEWHERE
    if claiming and isinstance(fault, Exhausted):
        return Trouble.CACHE_FULL
    return Trouble.CACHE_REFUSES if claiming and isinstance(fault, InvalidInput) else Trouble.CACHE_BROKEN


def told_reason(trouble: Trouble, fault: Fault | None = None) -> str:
    """Return the reason that the member is told: Claude's own where it gave one."""
    if isinstance(fault, TimedOut):
        return TABLE[Trouble.FIRST_TEXT_LATE].reason
    if fault is not None and trouble is Trouble.UPSTREAM:
        return fault.reason
    return TABLE[trouble].reason
