"""Leads: gets a turn's text from an executor, from another one if the first is full or lost."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from parley_gateway.admission import Admissions
from parley_gateway.capacity import Slot, Wait
from parley_gateway.claims import Broke, Result, Whole
from parley_gateway.model import Completed, Delta, Failed, Request, Started, Tier
from parley_gateway.ports import Execution, Executors, TurnWatch
from parley_gateway.turns.failures import TABLE, Act, Trouble, executor_trouble, told_reason
from parley_gateway.turns.meter import Meter
from parley_gateway.turns.waiting import Overdue, guarded, within
from parley_kit.clock import Clock
from parley_kit.faults import Fault, TimedOut, Unavailable


@dataclass(frozen=True, slots=True)
class ProduceLimits:
    """Seconds. notice: in line before the member is told; line: in line before it is given up; first_text and gap:
    Claude's silence; whole: all of it.
    """

    notice: float = 3.0
    line: float = 120.0
    first_text: float = 30.0
    gap: float = 120.0
    whole: float = 600.0


class Sink(Protocol):
    """Where the text goes."""

    def in_line(self, estimate: timedelta | None) -> None:
        """No slot is free for a while now."""
        ...

    def asked(self, address: str) -> None:
        """An executor is asked."""
        ...

    def said(self, text: str) -> None:
        """Claude said something."""
        ...

    def anew(self) -> bool:
        """What was said is void: another attempt begins; False: there were too many already."""
        ...


class Producer:
    """Produces one turn's text. meter: reads what that uses, also when it is cut or breaks."""

    def __init__(
        self,
        admissions: Admissions,
        executors: Executors,
        clock: Clock,
        limits: ProduceLimits,
        watch: TurnWatch,
        *,
        meter: Meter,
    ) -> None:
        self._admissions, self._executors, self._clock = admissions, executors, clock
        self._limits, self._watch, self._meter = limits, watch, meter
        self._tried: Counter[Trouble] = Counter()
        self._avoid: set[str] = set()
        self._talking = False
        self._silent_at = 0.0

    async def run(self, request: Request, sink: Sink) -> Result:
        """Return how the text ended. Cancelling stops Claude."""
        while True:
            with self._admissions.joined(self._avoid) as place:
                slot = await self._admitted(place, sink)
                if isinstance(slot, Broke):
                    return slot
                try:
                    return await self._execute(slot, request, sink)
                except Fault as fault:
                    if (told := self._suffered(fault, slot, sink)) is not None:
                        return told

    # --- a slot

    async def _admitted(self, place: asyncio.Future[Slot], sink: Sink) -> Slot | Broke:
        with self._watch.admission() as admission:
            try:
                slot = await self._stand_in_line(place, sink)
            except Overdue:
                wait = self._admissions.look() or Wait(Tier.BUSY)
                trouble = Trouble.NO_EXECUTOR if wait.tier is Tier.UNAVAILABLE else Trouble.NO_SLOT
                reason = told_reason(trouble)
                admission.decided("refused", reason, link=wait.link)
                return Broke(reason, retryable=True, retry_after=wait.estimate)
            reason = "free" if slot.link else "monitor_silent"
            admission.decided("admitted", reason, link=slot.link, address=slot.address)
            return slot

    async def _stand_in_line(self, place: asyncio.Future[Slot], sink: Sink) -> Slot:
        try:
            return await within(place, self._limits.notice, self._clock)
        except Overdue:
            wait = self._admissions.look()
            sink.in_line(wait.estimate if wait is not None else None)
        return await within(place, self._limits.line - self._limits.notice, self._clock)

    # --- a reply

    async def _execute(self, slot: Slot, request: Request, sink: Sink) -> Result:
        sink.asked(slot.address)
        execution = self._executors.execute(slot.address, request)
        try:
            return await self._read(execution, sink)
        finally:
            execution.cancel()

    async def _read(self, execution: Execution, sink: Sink) -> Result:
        now = self._clock.monotonic()
        self._silent_at = now + self._limits.first_text
        return await guarded(self._listen(execution, sink), self._guard_silence(now + self._limits.whole))

    async def _listen(self, execution: Execution, sink: Sink) -> Result:
        async for event in execution:
            match event:
                case Delta(text):
                    self._talking = True
                    self._silent_at = self._clock.monotonic() + self._limits.gap
                    self._meter.said(text)
                    sink.said(text)
                case Completed(stop_reason, usage):
                    self._meter.completed(usage)
                    return Whole(stop_reason)
                case Failed(reason, retryable, retry_after):
                    return Broke(reason, retryable, retry_after)
                case Started():
                    self._meter.started(event)
        raise Unavailable("UNAVAILABLE", "The executor closed the stream without an end.")

    async def _guard_silence(self, until: float) -> None:
        """Raise TimedOut when Claude says nothing for too long, or talks for too long."""
        while (left := min(self._silent_at, until) - self._clock.monotonic()) > 0:
            await self._clock.sleep(left)
        raise TimedOut("TIMED_OUT", "Claude said nothing for too long.")

    # --- trouble

    def _suffered(self, fault: Fault, slot: Slot, sink: Sink) -> Broke | None:
        """Obey the failure table; None: try again."""
        trouble = executor_trouble(fault, talking=self._talking)
        remedy = TABLE[trouble]
        self._tried[trouble] += 1
        again = self._tried[trouble] <= remedy.times and (not self._talking or sink.anew())
        self._watch.trouble(trouble.name, (remedy.act if again else Act.TELL).name)
        if not again:
            return Broke(told_reason(trouble, fault), retryable=True, retry_after=fault.retry_after)
        self._talking, self._avoid = False, {slot.address}
        return None
