"""One reply: a slot, the engine, its clocks, and what the caller is told of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace

from parley_executor.engines.port import Deadline, Delta, Engine, EngineError, Finished, Started
from parley_executor.joining import Joiner
from parley_executor.mailbox import Mailbox
from parley_executor.model import Effort, ReplyCompleted, ReplyEvent, ReplyFailed, ReplyStarted, ReplyText, Request
from parley_executor.observer import Call, Observer
from parley_executor.pricing import Prices
from parley_executor.reasons import Reason, fault_of
from parley_executor.slots import Slots

Emit = Callable[[ReplyEvent], Awaitable[None]]
"""Sends one event to the caller; it waits while the caller reads more slowly than Claude speaks."""

LAST_WORD = 1.0
"""How much longer than the reply the telling of its end may take, in seconds."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Clocks of a reply, in seconds, and how its text is handed on.

    first_text, gap (silence after it), whole; join: the least time between two pieces of text that leave;
    buffer: how many characters wait for a slow reader before Claude's stream is held back.
    """

    first_text: float
    gap: float
    whole: float
    join: float
    buffer: int

    def to_first_text(self, effort: Effort) -> float:
        """Return how long the first text may take; thinking is a silence like any other in a reply."""
        return self.first_text if effort is Effort.OFF else max(self.first_text, self.gap)


class Generation:
    """Runs replies.

    check: raises EngineError for a model that need not be asked for at all, which is told before a slot is waited for.
    """

    def __init__(
        self,
        engine: Engine,
        slots: Slots,
        limits: Limits,
        observer: Observer,
        *,
        prices: Prices,
        check: Callable[[str], None],
    ) -> None:
        self._engine = engine
        self._slots = slots
        self._limits = limits
        self._observer = observer
        self._prices = prices
        self._check = check

    async def run(self, request: Request, time_left: float | None, emit: Emit) -> None:
        """Answer a conversation: Started, text, then one Completed or Failed, each by `emit`.

        time_left: seconds until the caller's deadline, None without one. A failure before Started is raised as a
        Fault. Cancelling it stops Claude and frees the slot.
        """
        accepted = asyncio.get_running_loop().time()
        self._check_model(request.model)
        end = accepted + min(self._limits.whole, self._limits.whole if time_left is None else time_left)
        try:
            async with asyncio.timeout_at(end + LAST_WORD), self._slots.hold(request.urgency, end) as waited:
                self._observer.waited(waited)
                await self._answer(request, _Reply(self._engine.name, accepted, waited, emit), end)
        except TimeoutError:
            raise fault_of(Reason.TIMED_OUT) from None

    def _check_model(self, model: str) -> None:
        try:
            self._check(model)
        except EngineError as error:
            raise fault_of(error.reason, error.retry_after) from error

    async def _answer(self, request: Request, reply: _Reply, end: float) -> None:
        mailbox = Mailbox(Joiner(self._limits.join, self._limits.buffer))
        first_text = asyncio.get_running_loop().time() + self._limits.to_first_text(request.effort)
        deadline = Deadline(first_text=first_text, end=end, gap=self._limits.gap)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._call(request, deadline, mailbox), name=f"claude {request.turn_id}")
            while not reply.ended:
                await reply.tell(await mailbox.take())
        if reply.refused is not None:
            raise fault_of(reply.refused.reason, reply.refused.retry_after) from reply.refused

    async def _call(self, request: Request, deadline: Deadline, mailbox: Mailbox) -> None:
        """Fill the mailbox with what Claude says."""
        with self._observer.calling(request) as call:
            try:
                async with aclosing(self._engine.stream(replace(request, trace=call.trace), deadline)) as events:
                    ear = _Ear(call, self._prices, request.model)
                    async for event in events:
                        await mailbox.put(event if ear.begun and isinstance(event, Delta) else ear.hear(event))
            except EngineError as error:
                call.failed(error)
                await mailbox.put(error)


MILLION = 1_000_000
"""Tokens: what prices are for."""


class _Ear:
    """Tells the observer what Claude says, and what it costs. begun: there is text; more of it is nothing to be told."""

    def __init__(self, call: Call, prices: Prices, model: str) -> None:
        self._call = call
        self._prices = prices
        self._model = model
        self.begun = False

    def hear(self, event: Started | Delta | Finished) -> Started | Delta | Finished:
        """Return the event, its beginning and its end with their cost."""
        match event:
            case Started():
                self._model = event.model or self._model
                event = self._priced(event)
                self._call.started(event)
            case Delta():
                self.begun = True
                self._call.first_text()
            case Finished():
                event = replace(event, cost=self._prices.cost(self._model, event.usage))
                self._call.finished(event)
        return event

    def _priced(self, event: Started) -> Started:
        cost = self._prices.cost(self._model, event.usage)
        with_output = self._prices.cost(self._model, replace(event.usage, output_tokens=MILLION))
        price = with_output - cost if cost is not None and with_output is not None else None
        return replace(event, cost=cost, output_price=price)


class _Reply:
    """What the caller was told of one reply so far."""

    def __init__(self, engine: str, accepted: float, waited: float, emit: Emit) -> None:
        self._engine = engine
        self._accepted = accepted
        self._waited = waited
        self._emit = emit
        self._started = False
        self._first_text: float | None = None
        self.ended = False
        self.refused: EngineError | None = None

    async def tell(self, event: Started | Delta | Finished | EngineError) -> None:
        match event:
            case Delta(text):
                if self._first_text is None:
                    self._first_text = self._age()
                await self._emit(ReplyText(text))
            case Started(model):
                self._started = True
                begun = ReplyStarted(self._engine, model, self._waited, event.usage, event.cost, event.output_price)
                await self._emit(begun)
            case Finished(stop_reason, usage, cost):
                self.ended = True
                await self._emit(ReplyCompleted(stop_reason, usage, self._first_text, self._age(), cost))
            case EngineError():
                await self._fail(event)

    async def _fail(self, error: EngineError) -> None:
        self.ended = True
        if self._started:
            await self._emit(ReplyFailed(error.reason, error.retryable, error.retry_after))
        else:
            self.refused = error

    def _age(self) -> float:
        return asyncio.get_running_loop().time() - self._accepted
