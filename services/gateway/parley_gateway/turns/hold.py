"""Keeps one turn's HoldTurn stream over every break, for as long as the turn lives.

The turn talks to the ledger and hears news; which stream carries it, and how often it was opened, is not its
business. One reader, one writer and one renewer a stream.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, replace
from datetime import datetime

from parley_gateway.claims import (
    Adopt,
    Broke,
    Committed,
    Duplicate,
    Event,
    Open,
    Opened,
    Queued,
    Refused,
    Renew,
    Renewed,
    Restarted,
    Text,
    TurnState,
)
from parley_gateway.ports import HoldCall, TurnStore
from parley_gateway.turns.failures import TABLE, Act, Trouble, cache_trouble
from parley_gateway.turns.lease import Lease
from parley_gateway.turns.ledger import Ledger
from parley_gateway.turns.silence import Silence
from parley_gateway.turns.waiting import either
from parley_kit.apart import apart
from parley_kit.clock import Clock
from parley_kit.faults import Exhausted, Fault, Unavailable

FIRST_PAUSE = 0.05
"""Between a broken stream and the next one, in seconds; doubled each time."""
STANDBY_BACKOFF = 5.0
"""Longest pause of one who only stands by, in seconds: whoever answers shall be the first to tell a cache that is back."""


@dataclass(frozen=True, slots=True)
class HoldLimits:
    """Seconds. silence: no word at the start and none from any stream; first_word: no word at the start at all;
    renew: between renewals; unanswered: a claim or a renewal without an answer breaks the stream; backoff: longest
    pause; closing: for the cache to close a stream after our last word.
    """

    silence: float = 0.15
    first_word: float = 1.0
    renew: float = 5.0
    unanswered: float = 3.0
    backoff: float = 1.0
    closing: float = 1.0


@dataclass(frozen=True, slots=True)
class Turned:
    """The turn may go on; anew: its text begins from nothing."""

    opened: Opened
    anew: bool


@dataclass(frozen=True, slots=True)
class Piece:
    """New text of a followed log."""

    text: str


@dataclass(frozen=True, slots=True)
class Lost:
    """The turn is not ours (any more)."""


@dataclass(frozen=True, slots=True)
class TurnedDown:
    """The cache does not let the turn begin. trouble: what it said; why: what is told of it."""

    trouble: Trouble
    why: Broke


News = Event | Turned | Piece | TurnedDown | Lost
"""What a turn hears; Renewed and Committed are the hold's own business."""


class Hold:
    """One turn's hold on its turn id. `adopt`: claim it as an orphan at first."""

    def __init__(
        self,
        store: TurnStore,
        opening: Open,
        clock: Clock,
        *,
        adopt: Adopt | None = None,
        limits: HoldLimits | None = None,
    ) -> None:
        self.ledger = Ledger()
        self.lease = Lease()
        self.news: asyncio.Queue[News] = asyncio.Queue()
        self.lost = False
        self.claimed_at: datetime | None = None
        self.standing_by = False
        self._store, self._opening, self._clock = store, opening, clock
        self._adopt = adopt
        self._limits = limits or HoldLimits()
        self._heard = asyncio.Event()
        self._owned = asyncio.Event()
        self._told = asyncio.Event()
        self._changed = asyncio.Event()
        self._alone = False
        self._claiming = False
        self._avoid: tuple[str, ...] = ()

    # --- for the turn

    def changed(self) -> None:
        """Say that the ledger has something new."""
        self._changed.set()

    async def first_word(self) -> bool:
        """Wait for the cache's first word; False when it is silent.

        A cache that talks on other streams is busy, not silent: it has until the hard limit, from our claim on.
        """
        now, heard_at = self._clock.monotonic(), self._store.heard_at
        silence = Silence(self._limits.silence, self._limits.first_word, now, heard_at)
        while not self._heard.is_set():
            if silence.is_sure:
                return False
            await either(self._heard, silence.look, self._clock)
            silence.looked(self._clock.monotonic(), self._store.heard_at, claiming=self._claiming)
        return True

    async def heard(self, seconds: float) -> bool:
        """Wait so long for the cache's word; return whether it came."""
        await either(self._heard, seconds, self._clock)
        return self._heard.is_set()

    def go_alone(self) -> None:
        """Answer without the cache's word; no lease binds us until it gives one."""
        self._alone = True
        self._claimed()
        self._owned.set()
        self.ledger.lead_alone()

    async def own(self) -> bool:
        """Wait until the turn is ours to write; False when it never will be."""
        while not self.lost and not self._alone and not self.lease.valid(self._clock.monotonic()):
            self._owned.clear()
            await self._owned.wait()
        return not self.lost

    def give_up(self) -> None:
        """Leave the turn to whoever answers it."""
        self.lost = True
        self._owned.set()
        self._heard.set()
        self.news.put_nowait(Lost())

    async def told(self) -> None:
        """Wait until the cache knows all there is to know."""
        await self._told.wait()

    # --- the stream

    async def run(self) -> None:
        """Hold the turn until the cache knows all, or it is lost."""
        pause = FIRST_PAUSE
        while not self._over():
            opened_at = self._clock.monotonic()
            await apart(self._try())
            if self._over():
                break
            lasted = self._clock.monotonic() - opened_at
            longest = STANDBY_BACKOFF if self.standing_by else self._limits.backoff
            pause = FIRST_PAUSE if lasted > longest else min(pause * 2, longest)
            await self._clock.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 — jitter, no secret

    async def _try(self) -> None:
        """Hold it over one stream; a fault that ends the turn's hold is noted, others mean to try again."""
        call: HoldCall | None = None
        fault: Fault | None = None
        try:
            call = self._store.hold(self._opening.prompt.turn_id, self._avoid)
            await self._attend(call)
        except* Fault as group:
            fault = _first(group)
        finally:
            self._claiming = False
            self.ledger.broken()
            if call is not None:
                self._avoid = (*(one for one in self._avoid if one != call.address), call.address)
                call.close()
        if fault is not None:
            self._suffer(fault)

    def _suffer(self, fault: Fault) -> None:
        adopting = self._adopt is not None
        claiming = not (adopting or self._alone or self._heard.is_set())
        trouble = cache_trouble(fault, adopting=adopting, claiming=claiming)
        match TABLE[trouble].act:
            case Act.LEAVE:
                self.give_up()
            case Act.TELL:
                self._turn_down(trouble, fault)
            case _:
                pass  # Act.REOPEN: `run` does

    def _turn_down(self, trouble: Trouble, fault: Fault) -> None:
        """End the hold of a turn that the cache does not let begin; what is told of it needs no lease."""
        self._alone = True
        for known in (self._owned, self._heard, self._told):
            known.set()
        why = Broke(TABLE[trouble].reason, isinstance(fault, Exhausted), fault.retry_after)
        self.news.put_nowait(TurnedDown(trouble, why))

    def _over(self) -> bool:
        return self.lost or self._told.is_set()

    async def _attend(self, call: HoldCall) -> None:
        await call.may_claim()
        self._claiming = True
        self.lease.claim(self._clock.monotonic())
        await call.say(self._first_step())
        async with asyncio.TaskGroup() as tasks:
            others = [tasks.create_task(self._write(call)), tasks.create_task(self._renew(call))]
            await self._listen(call)
            for task in others:
                task.cancel()

    def _first_step(self) -> Open | Adopt:
        if self._adopt is not None:
            return self._adopt
        return replace(self._opening, have=self.ledger.have())

    async def _listen(self, call: HoldCall) -> None:
        while not self.lost and (event := await call.hear()) is not None:
            self._take(event)
            self._changed.set()
        if self.ledger.told:
            self._told.set()
        elif not self.lost:
            raise Unavailable("UNAVAILABLE", "The cache closed the stream before all was told.")

    def _take(self, event: Event) -> None:
        match event:
            case Renewed():
                self._renewed(event)
            case Opened():
                self.news.put_nowait(Turned(event, self.ledger.opened(event)))
            case Text():
                if fresh := self.ledger.read(event):
                    self.news.put_nowait(Piece(fresh))
            case Restarted():
                self.ledger.begin(event.attempt)
                self.news.put_nowait(event)
            case Committed():
                self.ledger.committed = True
            case Duplicate():
                self.give_up()
            case Queued() | Refused():
                self.ledger.state = TurnState.QUEUED if isinstance(event, Queued) else TurnState.REFUSED
                self.news.put_nowait(event)
            case _:
                self.news.put_nowait(event)

    def _renewed(self, event: Renewed) -> None:
        self.lease.renewed(event)
        self.ledger.claim()
        self._adopt = None
        self._alone = False
        self._avoid = ()
        self._claimed()
        self._heard.set()
        self._owned.set()

    def _claimed(self) -> None:
        if self.claimed_at is None:
            self.claimed_at = self._clock.now()

    async def _write(self, call: HoldCall) -> None:
        """Say what is due, when it is due; after the last word the cache has a moment to close the stream."""
        while not self.ledger.told:
            self._changed.clear()
            wait = self.ledger.due(self._clock.monotonic())
            if wait == 0.0 and (step := self.ledger.take()) is not None:
                await call.say(step)
            elif wait is None:
                await self._changed.wait()
            else:
                await either(self._changed, wait, self._clock)
        await call.done_saying()
        await self._clock.sleep(self._limits.closing)
        self._told.set()
        raise Unavailable("UNAVAILABLE", "The cache did not close the stream.")

    async def _renew(self, call: HoldCall) -> None:
        while True:
            await self._clock.sleep(min(self.lease.pace(self._limits.renew), self._limits.unanswered) / 2)
            now = self._clock.monotonic()
            if self.lease.unanswered_for(now) >= self._limits.unanswered:
                raise Unavailable("UNAVAILABLE", "The cache did not answer a claim or a renewal.")
            if self.ledger.claimed and not self.ledger.told and self.lease.due(now, self._limits.renew):
                await call.say(Renew(self.lease.renew(now)))


def _first(group: BaseExceptionGroup[Fault]) -> Fault:
    leaf = group.exceptions[0]
    return _first(leaf) if isinstance(leaf, BaseExceptionGroup) else leaf
