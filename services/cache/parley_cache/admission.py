"""Whether a new turn may enter: room, then what it wants to change, then quota, then its conversation's queue. Rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from parley_cache import conversations, metering, replies, rewinding
from parley_cache.model import Mode, RefusalReason, State
from parley_cache.records import Turn
from parley_cache.store.tables import Tables
from parley_kit.faults import Exhausted


def demand_room(tables: Tables, key: bytes | None, mode: Mode) -> None:
    """Let only those in for whom the answer is there already. Raises Exhausted."""
    if not replies.is_there(tables, key, mode):
        wait = timedelta(seconds=tables.limits.renewal)
        raise Exhausted("STORE_FULL", "There is no room for another turn now.", retry_after=wait)


def refused(tables: Tables, turn: Turn) -> Turn | None:
    """Return the turn as it is refused; None: it may enter."""
    refusal = replace(turn, state=State.REFUSED)
    if rewinding.is_stale(tables, turn):
        return replace(refusal, refusal=RefusalReason.STALE)
    blocked = metering.blocked(tables, turn.opening.origin)
    if blocked is not None:
        metering.count_refusal(tables, blocked)
        return replace(refusal, refusal=RefusalReason.QUOTA, free_at=blocked.until)
    return replace(refusal, refusal=RefusalReason.QUEUE_FULL) if conversations.is_full(tables, turn) else None


def enter(tables: Tables, turn: Turn) -> Turn:
    """Charge the turn, do what it changes, open it or let it wait."""
    metering.charge(tables, turn.opening.origin)
    return conversations.enter(tables, rewinding.take_back(tables, turn))
