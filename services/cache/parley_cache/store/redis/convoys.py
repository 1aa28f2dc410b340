"""Who fights over one record inside this process goes on together: several operations in one step.

Two hundred members of one guild change its account at once. One after the other each would wait for all before it;
so whoever comes to its turn takes along those who wait behind it, and all are written at once.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from parley_cache.store.redis.reads import Read
from parley_cache.store.redis.tables import RedisTables
from parley_kit.faults import Internal

MOST = 16
"""Operations of one step: some hundred words of Lua each, a millisecond of Redis's time together."""


@dataclass(slots=True, eq=False)
class Rider:
    """An operation that waits: its rule, what it read at its last try, and its outcome."""

    rule: Callable[[RedisTables], Any]
    wanted: Sequence[Read]
    done: asyncio.Future[Any]


@dataclass(slots=True)
class _Line:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: deque[Rider] = field(default_factory=deque)

    def take(self) -> list[Rider]:
        return [self.waiting.popleft() for _ in range(min(MOST, len(self.waiting)))]


class Convoys:
    """One line for each record that is fought over by operations of one kind. `drive` does all that it is given."""

    def __init__(self, drive: Callable[[str, Sequence[Rider]], Awaitable[None]]) -> None:
        self._drive = drive
        self._lines: dict[tuple[str, str], _Line] = {}

    async def ride(self, key: str, name: str, rule: Callable[[RedisTables], Any], wanted: Sequence[Read]) -> Any:
        """Have an operation done with others that wait for the same record. Raises what it raises."""
        rider = Rider(rule, wanted, asyncio.get_running_loop().create_future())
        line = self._lines.setdefault((key, name), _Line())
        line.waiting.append(rider)
        try:
            async with line.lock:
                if not rider.done.done():
                    await self._lead(name, line.take())
            return rider.done.result()
        finally:
            if rider in line.waiting:
                line.waiting.remove(rider)
            if rider.done.done():
                rider.done.exception()  # known, though who asked may have left
            if not line.waiting and not line.lock.locked():
                self._lines.pop((key, name), None)

    async def _lead(self, name: str, riders: Sequence[Rider]) -> None:
        """Drive to the end even if the first of them is cancelled: the others must not be done twice."""
        driving = asyncio.ensure_future(self._drive(name, riders))
        try:
            await asyncio.shield(driving)
        except asyncio.CancelledError:
            await asyncio.wait([driving])
            raise
        finally:
            for rider in riders:
                if not rider.done.done():
                    rider.done.set_exception(Internal("STORE_ERROR", "A mistake ended what this was done with."))
