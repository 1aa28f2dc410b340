"""The store port on Redis."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar

from typing_extensions import override

from parley_cache.claims import Granted
from parley_cache.limits import Limits
from parley_cache.store.operations import Operations, Surely
from parley_cache.store.port import Figures
from parley_cache.store.redis.changes import changes
from parley_cache.store.redis.instruments import Instruments
from parley_cache.store.redis.link import Link
from parley_cache.store.redis.memory import MemoryWatch
from parley_cache.store.redis.server import client_of, connect, leave
from parley_cache.store.redis.steps import Steps
from parley_cache.store.redis.sweeping import Sweeping
from parley_cache.store.redis.transactions import Transactions
from parley_cache.store.tables import Tables
from parley_cache.store.target import Target
from parley_cache.turns import Ask, Duplicate
from parley_cache.views import Orphan
from parley_kit.faults import Exhausted

T = TypeVar("T")


class RedisStore(Operations):
    """Keeps everything in Redis; its time is Redis's, plus `ahead` seconds, by which tests let time pass.

    `patience`: how long Redis may be silent while it is asked something, in seconds.
    """

    def __init__(
        self,
        target: Target,
        limits: Limits,
        instruments: Instruments,
        *,
        patience: float = 0.1,
        ahead: float = 0.0,
    ) -> None:
        self._client = client_of(target)
        self._subscriptions: list[AsyncGenerator[Sequence[str], None]] = []
        self._instruments = instruments
        self._link = Link(partial(connect, self._client), patience, instruments.up)
        self.steps = Steps(self._link, ahead)
        self._transactions = Transactions(self.steps, limits)
        self._sweeping = Sweeping(self._transactions, self.steps, limits)
        self._memory = MemoryWatch(self._link, instruments.memory)

    @property
    @override
    def losses(self) -> int:
        return self._link.losses

    @property
    def is_up(self) -> bool:
        """Whether calls are passed on; else they fail at once."""
        return self._link.is_up

    @override
    async def run(self) -> None:
        await self._link.run()

    @override
    async def ready(self) -> None:
        await self._link.ready()

    @override
    async def _run(self, name: str, rule: Callable[[Tables], T], surely: Surely) -> T:
        with self._instruments.operation(name):
            return await self._transactions.run(name, rule, surely)

    @override
    async def claim(self, ask: Ask) -> Granted | Duplicate:
        """Claim a turn; when Redis has no room, only one that is held already or whose answer is there."""
        if not ask.full:
            try:
                return await super().claim(ask)
            except Exhausted:
                ask = replace(ask, full=True)
        return await super().claim(ask)

    @override
    async def orphans(self) -> Sequence[Orphan]:
        with self._instruments.operation("orphans"):
            return await self._sweeping.orphans()

    @override
    async def sweep(self, *, lapses: bool) -> None:
        with self._instruments.operation("sweep"):
            await self._sweeping.sweep(lapses=lapses)

    @override
    async def figures(self) -> Figures:
        with self._instruments.operation("figures"):
            await self._memory.look()
            return await self._sweeping.figures()

    @override
    def changes(self) -> AsyncIterator[Sequence[str]]:
        subscription = changes(self._client, self._link.note_loss)
        self._subscriptions.append(subscription)
        return subscription

    @override
    async def close(self) -> None:
        for subscription in self._subscriptions:
            with contextlib.suppress(RuntimeError):  # one that is still being waited for ends with its waiter
                await subscription.aclose()
        await leave(self._client)
