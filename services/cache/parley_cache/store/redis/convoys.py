"""Who fights over one record inside this process goes on together: several operations in one step.

Two hundred members of one guild change its account at once. One after the other each would wait for all before it;
so whoever comes to its turn takes along those who wait behind it, and all are written at once.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, TypeVar

from parley_cache.quotas import Account
from parley_cache.store.operations import Surely
from parley_cache.store.redis import names
from parley_cache.store.redis.lines import Lines
from parley_cache.store.redis.names import PREFIX
from parley_cache.store.redis.reads import NotRead, Read
from parley_cache.store.redis.tables import RedisTables
from parley_kit.faults import Fault, Internal

T = TypeVar("T")

MOST = 16
"""Operations of one step: some hundred words of Lua each, a millisecond of Redis's time together."""

ACCOUNT = PREFIX + names.record(Account, "")
"""How the keys of accounts begin: a guild's is one record for all its members."""


def may_ride(key: str, name: str, surely: Surely) -> bool:
    """Tell whether several of these that fight over a record may be done in one step.

    None of them reads what another has only commanded to be written. A convoy itself, of which nothing is sure, never
    rides in another.
    """
    if not key.startswith(ACCOUNT):
        return False
    if name == "claim" and surely.ask is not None:
        return not surely.ask.opening.rewind_to
    return name == "finish" and surely.turn is not None


@dataclass(slots=True, eq=False)
class Rider:
    """An operation that waits: its rule, what it read at its last try, and its outcome."""

    rule: Callable[[RedisTables], Any]
    wanted: Sequence[Read]
    done: asyncio.Future[Any]


class Run(Protocol):
    """Runs a rule whole or not at all; `wanted`: what it is known to read."""

    def __call__(self, name: str, rule: Callable[[RedisTables], T], *, wanted: Sequence[Read]) -> Awaitable[T]: ...


class Convoys:
    """One line for each record that is fought over by operations of one kind."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._lines = Lines()
        self._waiting: dict[str, deque[Rider]] = defaultdict(deque)

    async def ride(self, key: str, name: str, rule: Callable[[RedisTables], T], wanted: Sequence[Read]) -> T:
        """Have an operation done with others that wait for the same record. Raises what it raises."""
        rider, line = Rider(rule, wanted, asyncio.get_running_loop().create_future()), f"{name} {key}"
        waiting = self._waiting[line]
        waiting.append(rider)
        try:
            async with self._lines.stand(line):
                if not rider.done.done():
                    await self._lead(name, [waiting.popleft() for _ in range(min(MOST, len(waiting)))])
            result: T = rider.done.result()
            return result
        finally:
            self._leave(line, rider)

    def _leave(self, line: str, rider: Rider) -> None:
        waiting = self._waiting[line]
        if rider in waiting:
            waiting.remove(rider)
        if rider.done.done():
            rider.done.exception()  # known, though who asked may have left
        if not waiting:
            del self._waiting[line]

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

    async def _drive(self, name: str, riders: Sequence[Rider]) -> None:
        """Do several operations in one step; one whose rule fails is done by itself, and leaves nothing of it here."""
        together, alone = list(riders), list[Rider]()
        while together:
            try:
                results = await self._run(name, partial(_each, together), wanted=_all_wanted(together))
            except _Failed as failed:
                together.remove(failed.rider)
                alone.append(failed.rider)
            except Fault as fault:
                _settle(together, fault)
                break
            else:
                for rider, result in zip(together, results, strict=True):
                    rider.done.set_result(result)
                break
        for rider in alone:
            try:
                rider.done.set_result(await self._run(name, rider.rule, wanted=rider.wanted))
            except Fault as fault:
                _settle([rider], fault)


class _Failed(Exception):  # noqa: N818 — a signal of this room
    def __init__(self, rider: Rider) -> None:
        super().__init__()
        self.rider = rider


def _each(riders: Sequence[Rider], tables: RedisTables) -> list[Any]:
    """Run the rules one after the other; what they lack is asked for together. Raises _Failed with the first that fails."""
    results: list[Any] = []
    lacking: list[Read] = []
    for rider in riders:
        try:
            results.append(rider.rule(tables))
        except NotRead as signal:
            lacking += signal.reads
        except Fault:
            if not lacking:  # else it saw what one before it left half done
                raise _Failed(rider) from None
    if lacking:
        raise NotRead(*lacking)
    return results


def _all_wanted(riders: Sequence[Rider]) -> list[Read]:
    return list(dict.fromkeys(read for rider in riders for read in rider.wanted))


def _settle(riders: Sequence[Rider], fault: Fault) -> None:
    for rider in riders:
        rider.done.set_exception(fault)
