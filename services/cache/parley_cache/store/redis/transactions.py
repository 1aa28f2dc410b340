"""An operation from its first read to its one write: run the rule, read what it lacks, compare and set, or begin again."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, TypeVar

from parley_cache.limits import Limits
from parley_cache.quotas import Account
from parley_cache.store.operations import Surely
from parley_cache.store.redis import cells, guesses, names
from parley_cache.store.redis.convoys import Convoys, Rider
from parley_cache.store.redis.lines import Lines
from parley_cache.store.redis.names import PREFIX
from parley_cache.store.redis.near import Near
from parley_cache.store.redis.needs import needs
from parley_cache.store.redis.reads import NotRead, Read, Reads
from parley_cache.store.redis.server import ROOMLESS, SCRIPT
from parley_cache.store.redis.steps import Changed, Steps
from parley_cache.store.redis.tables import RedisTables
from parley_kit.faults import Fault, Internal, Unavailable

T = TypeVar("T")
Rule = Callable[[RedisTables], T]

TRIES = 50
"""How often an operation begins again because others were quicker; each such time one of them went through."""

CLAIM = "claim"
"""The operation whose guess may well be wrong, with a member that another cache saw last: what it needs comes back then."""

PATIENT = 3
"""From so many tries on it waits a little, unevenly."""


GROWING = frozenset({"claim", "append", "update_preferences"})
"""Operations that bring in what is new; a Redis without room refuses them.

All others it takes all the same: they end and forget, which makes room, or keep what is held, which needs hardly any.
"""


ACCOUNT = PREFIX + names.record(Account, "")
"""How the keys of accounts begin: a guild's is one record for all its members."""


def _may_ride(name: str, surely: Surely) -> bool:
    """Tell whether several of these may be done in one step: none reads what another has only commanded to be written."""
    if name == "claim" and surely.ask is not None:
        return not surely.ask.opening.rewind_to
    return name == "finish" and surely.turn is not None


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


class Transactions:
    """Runs rules."""

    def __init__(self, steps: Steps, limits: Limits) -> None:
        self._steps = steps
        self._limits = limits
        self._near = Near()
        self._lines = Lines()
        self._convoys = Convoys(self._drive)

    async def run(
        self,
        name: str,
        rule: Rule[T],
        surely: Surely = Surely(),  # noqa: B008 — frozen
        wanted: Sequence[Read] = (),
    ) -> T:
        """Run a rule whole or not at all. Raises what it raises, Unavailable when others are always quicker.

        `wanted`: what it is known to read.
        """
        fought = ""
        self._near.since(self._steps.losses)
        reads, now = self._reads(), self._steps.now()
        if now is not None and guesses.is_worth(name, surely, self._value):
            try:
                return await self._guess(name, rule, surely, reads, now)
            except Changed as change:
                now = change.now
        else:
            now = None
        for tried in range(TRIES):
            try:
                async with self._lines.stand(fought):
                    if now is None:
                        now = await self._first(name, surely, reads, wanted)
                    return await self._try(name, rule, surely, reads, now)
            except Changed as change:
                wanted, fought = reads.wanted(), change.key
                if fought.startswith(ACCOUNT) and _may_ride(name, surely):
                    result: T = await self._convoys.ride(fought, name, rule, wanted)
                    return result
                reads, now = self._reads(), None
                if tried >= PATIENT:
                    await asyncio.sleep(random.random() * 0.001 * min(tried, 10))  # noqa: S311 — spreads, protects nothing
        raise Unavailable("STORE_BUSY", "Too many others change the same at once.")

    async def _drive(self, name: str, riders: Sequence[Rider]) -> None:
        """Do several operations in one step; one whose rule fails is done by itself, and leaves nothing of it here."""
        together, alone = list(riders), list[Rider]()
        while together:
            try:
                results = await self.run(name, partial(_each, together), wanted=_all_wanted(together))
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
                rider.done.set_result(await self.run(name, rider.rule, wanted=rider.wanted))
            except Fault as fault:
                _settle([rider], fault)

    async def _guess(self, name: str, rule: Rule[T], surely: Surely, instead: Reads, now: float) -> T:
        """Run a rule on what is near. Raises Changed where that is not so, for a claim with `instead` read anew."""
        wanted, guessed, claims = list(needs(name, surely, self._value)), self._reads(), name == CLAIM
        for read in wanted:
            guesses.fill(guessed, read, absent=claims)
        draft = RedisTables(guessed, self._limits, now)
        try:
            result = rule(draft)
        except (Fault, NotRead):
            raise Changed from None  # it rests on what may have changed: look first
        if not guesses.may_stand(result) or not await self._write(name, draft, *((instead, wanted) if claims else ())):
            raise Changed
        return result

    def _reads(self) -> Reads:
        return Reads(self._near, cells.decode)

    async def _first(self, name: str, surely: Surely, reads: Reads, wanted: Sequence[Read]) -> float:
        lacking = dict.fromkeys([*wanted, *needs(name, surely, self._value)])
        return await self._steps.read(reads, list(lacking))

    async def _try(self, name: str, rule: Rule[T], surely: Surely, reads: Reads, now: float) -> T:
        """Run a rule on what is read at Redis's time `now`, and read on until it lacks nothing."""
        while True:
            draft = RedisTables(reads, self._limits, now)
            try:
                result = rule(draft)
            except NotRead as signal:
                await self._read_on(reads, signal, needs(name, surely, reads.value))
            else:
                await self._write(name, draft)
                return result

    async def _read_on(self, reads: Reads, signal: NotRead, more: Iterable[Read]) -> None:
        """Read what the rule lacks; it ends, since each time there is less that it can lack."""
        lacking = [read for read in dict.fromkeys(signal.reads) if read not in reads]
        if not lacking:
            raise Internal("STORE_ERROR", "An operation asks for what it was given.")
        await self._steps.read(reads, list(dict.fromkeys([*lacking, *(read for read in more if read not in reads)])))

    async def _write(
        self, name: str, draft: RedisTables, instead: Reads | None = None, wanted: Sequence[Read] = ()
    ) -> bool:
        """Write what the rule decided; False: nothing. Either way what was read is remembered, unless the connection broke."""
        commands, losses = draft.writes(), self._steps.losses
        if commands:
            script = SCRIPT if name in GROWING else ROOMLESS
            await self._steps.write(draft.reads, commands, script, instead, wanted)
        if losses == self._steps.losses:
            self._remember(draft)
        return bool(commands)

    def _remember(self, draft: RedisTables) -> None:
        for several in (draft.reads.cells, draft.reads.groups, draft.fresh(), draft.beside):
            for key, cell in several.items():
                self._near.keep(key, cell)

    def _value(self, key: str) -> Any:
        cell = self._near.get(key)
        return cell.value if cell is not None else None
