"""An operation from its first read to its one write: run the rule, read what it lacks, compare and set, or begin again."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from parley_cache.limits import Limits
from parley_cache.store.operations import Surely
from parley_cache.store.redis import cells, convoys, guesses
from parley_cache.store.redis.convoys import Convoys
from parley_cache.store.redis.lines import Lines
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


class Transactions:
    """Runs rules."""

    def __init__(self, steps: Steps, limits: Limits) -> None:
        self._steps = steps
        self._limits = limits
        self._near = Near()
        self._lines = Lines()
        self._convoys = Convoys(self.run)

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
        self._near.since(self._steps.losses)
        reads, found, reckoned = self._reads(), None, self._steps.now()
        if reckoned is not None and guesses.is_worth(name, surely, self._value):
            try:
                return await self._guess(name, rule, surely, reads, reckoned)
            except Changed as change:
                found = change.now
        return await self._insist(name, rule, surely, reads, found, wanted=wanted)

    async def _insist(
        self, name: str, rule: Rule[T], surely: Surely, reads: Reads, now: float | None, *, wanted: Sequence[Read]
    ) -> T:
        """Try until nobody else was quicker. `now`: Redis's time when `reads` were read; None: nothing is read yet."""
        fought = ""
        for tried in range(TRIES):
            try:
                async with self._lines.stand(fought):
                    if now is None:
                        now = await self._first(name, surely, reads, wanted)
                    return await self._try(name, rule, surely, reads, now)
            except Changed as change:
                wanted, fought = reads.wanted(), change.key
                if convoys.may_ride(fought, name, surely):
                    return await self._convoys.ride(fought, name, rule, wanted)
                reads, now = self._reads(), None
                if tried >= PATIENT:
                    await asyncio.sleep(random.random() * 0.001 * min(tried, 10))  # noqa: S311 — spreads, protects nothing
        raise Unavailable("STORE_BUSY", "Too many others change the same at once.")

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
