"""What is due: found by the order of its moments, done one by one, each as an operation of its own.

Several caches sweep at once. Each takes other turns, and what two of them take all the same is looked at anew by the
operation itself: who comes second finds that nothing is due any more.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from parley_cache import replies, shelf, turns, views
from parley_cache.limits import Limits
from parley_cache.store.port import Figures
from parley_cache.store.redis import cells, names
from parley_cache.store.redis.drawer_table import numbers
from parley_cache.store.redis.log_table import LOG_BYTES, LOGS
from parley_cache.store.redis.reads import Read, Reads
from parley_cache.store.redis.server import ROOMLESS
from parley_cache.store.redis.steps import Steps
from parley_cache.store.redis.tables import RedisTables
from parley_cache.store.redis.transactions import Transactions
from parley_cache.store.redis.turn_table import OPEN, QUEUED
from parley_cache.views import Orphan
from parley_kit.faults import Fault, Unavailable

_log = logging.getLogger(__name__)

AT_ONCE = 200
"""How many of each kind one sweep looks at."""

LISTED = 1000
"""How many orphans are listed at once; the oldest, so that each has its time."""

SIDE_BY_SIDE = 16
"""Operations of one sweep that are under way together."""


class Sweeping:
    """Looks at what is due, and counts what is there."""

    def __init__(self, transactions: Transactions, steps: Steps, limits: Limits) -> None:
        self._transactions = transactions
        self._steps = steps
        self._limits = limits

    async def sweep(self, *, lapses: bool) -> None:
        """Do what is due."""
        now = self._steps.now() or 0.0
        old = repr(now - self._limits.conversation_ttl)
        due, ended, stale, count, idle = await self._ask(
            Read("due", names.ALARMS, AT_ONCE, self._steps.ahead),
            Read("lowest", names.ENDS, AT_ONCE, repr(now)),
            Read("lowest", names.order(shelf.AGES), 1, repr(now)),
            Read("size", names.TOUCHED),
            Read("lowest", names.TOUCHED, AT_ONCE, old),
        )
        await self._each("wake", due, partial(_wake, lapses=lapses))
        if stale:
            await self._transactions.run("expire", lambda tables: replies.expire(tables, AT_ONCE))
        await self._each("drop record", ended, RedisTables.drop_ended)
        await self._each("forget", [*idle, *await self._surplus(count)], _forget)

    async def _surplus(self, count: int) -> Sequence[bytes]:
        """Return the longest untouched conversations above the bound."""
        surplus = min(AT_ONCE, count - self._limits.conversations)
        if surplus <= 0:
            return ()
        (found,) = await self._ask(Read("lowest", names.TOUCHED, surplus, "+inf"))
        several: Sequence[bytes] = found
        return several

    async def _each(self, name: str, due: Sequence[bytes], rule: Callable[[RedisTables, str], None]) -> None:
        several = list(dict.fromkeys(one.decode() for one in due))
        for first in range(0, len(several), SIDE_BY_SIDE):
            batch = several[first : first + SIDE_BY_SIDE]
            under_way = (self._transactions.run(name, partial(_with, rule, one)) for one in batch)
            for outcome in await asyncio.gather(*under_way, return_exceptions=True):
                _judge(name, outcome)

    async def _ask(self, *reads: Read) -> list[Any]:
        found = Reads({}, cells.decode)
        await self._steps.read(found, reads, ROOMLESS)  # what is due is moved on as it is read
        return [found.others[read] for read in reads]

    async def orphans(self) -> Sequence[Orphan]:
        """Return the turns whose lease lapsed, oldest first."""
        (found,) = await self._ask(Read("lowest", names.LAPSED, LISTED, "+inf"))
        lapsed = [name.decode() for name in found]
        return await self._transactions.run("orphans", partial(_orphans, lapsed=lapsed)) if lapsed else ()

    async def figures(self) -> Figures:
        """Count what is there."""
        several = [Read("hash", names.FIGURES), Read("hash", names.COUNTERS)]
        own, counters, orphans, conversations = await self._ask(
            *several, Read("size", names.LAPSED), Read("size", names.TOUCHED)
        )
        figures, counted = numbers(own), numbers(counters)
        return Figures(
            turns=figures.get(OPEN, 0),
            queued=figures.get(QUEUED, 0),
            orphans=orphans,
            logs=figures.get(LOGS, 0),
            log_bytes=figures.get(LOG_BYTES, 0),
            stored=counted.get(shelf.ENTRIES, 0),
            stored_bytes=counted.get(shelf.BYTES, 0),
            conversations=conversations,
            reply_ttl=await self._transactions.run("reply ttl", shelf.time_to_live),
            counters=counted,
        )


def _judge(name: str, outcome: BaseException | None) -> None:
    """Raise what ends the sweep. One record that a rule cannot take is told of and met again, and no cache dies of it."""
    if isinstance(outcome, Fault) and not isinstance(outcome, Unavailable):
        _log.error("store.sweep_failed", extra={"operation": name, "reason": outcome.reason})
    elif outcome is not None:
        raise outcome


def _with(rule: Callable[[RedisTables, str], None], name: str, tables: RedisTables) -> None:
    rule(tables, name)


def _wake(tables: RedisTables, turn_id: str, *, lapses: bool) -> None:
    turn = tables.turn(turn_id)
    if turn is None:
        tables.silence(turn_id)
        return
    alarm = turns.next_alarm(turn, tables.limits.done_for)
    if alarm > tables.now:
        tables.snooze(turn_id, alarm)
    else:
        turns.wake(tables, turn_id, lapses=lapses)


def _forget(tables: RedisTables, conversation_id: str) -> None:
    conversation = tables.conversation(conversation_id)
    if conversation is not None and not conversation.active and not conversation.queue:
        tables.forget_conversation(conversation_id)


def _orphans(tables: RedisTables, *, lapsed: Sequence[str]) -> list[Orphan]:
    tables.want(*(Read("cell", key) for turn_id in lapsed for key in (names.turn(turn_id), names.opening(turn_id))))
    found = [turn for turn in map(tables.turn, lapsed) if turn is not None and turn.lease.lapsed]
    tables.want(*(Read("cell", names.log(turn.log)) for turn in found if turn.log is not None))
    return [views.orphan(tables, turn) for turn in found]
