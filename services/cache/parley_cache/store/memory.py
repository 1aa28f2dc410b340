"""The embedded store: one process, nothing durable. Each operation runs whole between two awaits, so it is atomic."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import TypeVar

from typing_extensions import override

from parley_cache import replies, turns, views
from parley_cache.limits import Limits
from parley_cache.store.memory_tables import MemoryTables
from parley_cache.store.operations import Operations, Surely
from parley_cache.store.port import EVERYTHING, Figures
from parley_cache.store.tables import Tables
from parley_cache.views import Orphan
from parley_kit.clock import Clock

T = TypeVar("T")

SWEPT_AT_ONCE = 200
"""Turns that one sweep looks at: some milliseconds; the next sweep goes on."""


class MemoryStore(Operations):
    """Keeps everything in this process; its time is the process's monotonic clock."""

    def __init__(self, limits: Limits, clock: Clock) -> None:
        self._clock = clock
        self._tables = MemoryTables(limits)
        self._subscribers: set[_Subscriber] = set()

    @property
    @override
    def losses(self) -> int:
        return 0

    @override
    async def run(self) -> None:
        await asyncio.Event().wait()

    @override
    async def ready(self) -> None:
        return

    @override
    async def _run(self, name: str, rule: Callable[[Tables], T], surely: Surely) -> T:
        return self._at_once(rule)

    def _at_once(self, rule: Callable[[MemoryTables], T]) -> T:
        self._tables.now = self._clock.monotonic()
        try:
            return rule(self._tables)
        finally:
            for subscriber in self._subscribers:
                subscriber.tell(self._tables.told)
            self._tables.told.clear()

    @override
    async def orphans(self) -> Sequence[Orphan]:
        return self._at_once(lambda tables: [views.orphan(tables, turn) for turn in tables.lapsed_turns()])

    @override
    async def sweep(self, *, lapses: bool) -> None:
        self._at_once(lambda tables: _sweep(tables, lapses=lapses))

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
    replies.expire(tables, SWEPT_AT_ONCE)
    tables.drop_ended_records(SWEPT_AT_ONCE)
    tables.drop_idle_conversations(tables.now - tables.limits.conversation_ttl)
