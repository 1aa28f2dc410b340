"""The embedded store: one process, nothing durable. Each operation runs whole between two awaits, so it is atomic."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import TypeVar

from typing_extensions import override

from parley_cache import replies, turns, views
from parley_cache.limits import Limits
from parley_cache.model import Held, Outcome, Posted, State, TextEnd
from parley_cache.store.memory_tables import MemoryTables
from parley_cache.store.port import EVERYTHING, Figures, Store
from parley_cache.turns import Adoption, Ask, Duplicate, Granted
from parley_cache.views import Orphan, Seen, View
from parley_kit.clock import Clock

T = TypeVar("T")

SWEPT_AT_ONCE = 200
"""Turns that one sweep looks at: some milliseconds; the next sweep goes on."""


class MemoryStore(Store):
    """Keeps everything in this process; its time is the process's monotonic clock."""

    def __init__(self, limits: Limits, clock: Clock) -> None:
        self._clock = clock
        self._tables = MemoryTables(limits)
        self._subscribers: set[_Subscriber] = set()

    def _run(self, rule: Callable[[MemoryTables], T]) -> T:
        self._tables.now = self._clock.monotonic()
        try:
            return rule(self._tables)
        finally:
            for subscriber in self._subscribers:
                subscriber.tell(self._tables.told)
            self._tables.told.clear()

    @override
    async def claim(self, ask: Ask) -> Granted | Duplicate:
        return self._run(lambda tables: turns.claim(tables, ask))

    @override
    async def adopt(self, wish: Adoption) -> Granted:
        return self._run(lambda tables: turns.adopt(tables, wish))

    @override
    async def renew(self, right: Held) -> None:
        self._run(lambda tables: turns.renew(tables, right))

    @override
    async def append(self, right: Held, attempt: int, offset: int, text: str) -> None:
        self._run(lambda tables: turns.append(tables, right, attempt, offset, text))

    @override
    async def finish(self, right: Held, end: TextEnd) -> None:
        self._run(lambda tables: turns.finish(tables, right, end))

    @override
    async def post(self, right: Held, posted: Posted) -> None:
        self._run(lambda tables: turns.post(tables, right, posted))

    @override
    async def end(self, right: Held, outcome: Outcome, shown: int) -> None:
        self._run(lambda tables: turns.end(tables, right, outcome, shown))

    @override
    async def release(self, right: Held) -> None:
        self._run(lambda tables: turns.release(tables, right))

    @override
    async def stop(self, turn_id: str, by: str) -> State:
        return self._run(lambda tables: turns.stop(tables, turn_id, by))

    @override
    async def look(self, right: Held, seen: Seen) -> View:
        return self._run(lambda tables: views.look(tables, right, seen))

    @override
    async def orphans(self) -> Sequence[Orphan]:
        return self._run(lambda tables: [views.orphan(tables, turn) for turn in tables.lapsed_turns()])

    @override
    async def sweep(self, *, lapses: bool) -> None:
        self._run(lambda tables: _sweep(tables, lapses=lapses))

    @override
    async def figures(self) -> Figures:
        return self._tables.figures()

    @override
    async def changes(self) -> AsyncIterator[Sequence[str]]:
        subscriber = _Subscriber()
        self._subscribers.add(subscriber)
        try:
            while True:
                yield await subscriber.take()
        finally:
            self._subscribers.discard(subscriber)

    @override
    async def close(self) -> None:
        self._subscribers.clear()


class _Subscriber:
    """What one subscription has not yet been told: subjects, each once, however often they change."""

    def __init__(self) -> None:
        self._pending: dict[str, None] = {EVERYTHING: None}
        self._more = asyncio.Event()
        self._more.set()

    def tell(self, subjects: dict[str, None]) -> None:
        if subjects:
            self._pending.update(subjects)
            self._more.set()

    async def take(self) -> Sequence[str]:
        await self._more.wait()
        self._more.clear()
        pending, self._pending = self._pending, {}
        return tuple(pending)


def _sweep(tables: MemoryTables, *, lapses: bool) -> None:
    for turn_id in tables.due_turns(SWEPT_AT_ONCE):
        turns.wake(tables, turn_id, lapses=lapses)
    for log_id in tables.stale_replies():
        replies.drop_if_unused(tables, log_id)
    tables.drop_idle_conversations(tables.now - tables.limits.conversation_ttl)
