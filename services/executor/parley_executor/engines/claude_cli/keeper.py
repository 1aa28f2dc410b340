"""Starts, lends, keeps and ends processes, as the pool decides.

Each process has a task for its whole life, so that none is ever without one that ends it and takes its directory
away; whoever asks for a process only waits. A start that its asker no longer wants becomes a spare.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from typing import Final, Protocol

from parley_executor.engines.claude_cli.demand import Kind
from parley_executor.engines.claude_cli.launch import Key, Launch, arguments, checked
from parley_executor.engines.claude_cli.pool import Pool, Seat, State, Why, Wish
from parley_executor.engines.claude_cli.process import Process
from parley_executor.engines.port import EngineError, EngineEvent
from parley_executor.reasons import Reason

END_GRACE: Final = 0.5
"""What an idle process gets to end by itself, in seconds; measured: 0.05."""


KEPT: Final = "kept"
SPARE: Final = "spare"
LATE: Final = "late"
TAKES: Final = (KEPT, SPARE, LATE)
"""By its conversation; a spare that was there; one that had to be waited for."""


class PoolWatch(Protocol):
    """Sees what the pool does."""

    def spawned(self, seconds: float) -> None:
        """A process is ready, after so long."""
        ...

    def not_spawned(self, error: EngineError) -> None:
        """A process did not start."""
        ...

    def taken(self, how: str) -> None:
        """A request has its process, in one of the ways of TAKES."""
        ...

    def ended(self, why: Why) -> None:
        """A process is gone."""
        ...


@dataclass(eq=False, slots=True)
class _Resident:
    """A process in its seat. dismissed: set when it has to go."""

    process: Process
    dismissed: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(frozen=True, slots=True)
class Lent:
    """A process for one request. known: it holds what was said before."""

    seat: Seat
    process: Process
    known: bool


@dataclass(eq=False, slots=True)
class _Waiter:
    wish: Wish
    turn: asyncio.Future[Lent]


class Keeper:
    """The pool at work. All its processes are children of tasks that `start` begins and `close` ends."""

    def __init__(self, launch: Launch, pool: Pool, first: Key, watch: PoolWatch) -> None:
        self._launch = launch
        self._pool = pool
        self._first = first
        self._watch = watch
        self._waiting: list[_Waiter] = []
        self._residents: dict[Seat, _Resident] = {}
        self._tasks: asyncio.TaskGroup | None = None
        self._running: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._quiet = asyncio.Event()
        self._closing = False

    @property
    def ready(self) -> bool:
        """Whether processes can be asked for."""
        running = self._running is not None and not self._running.done()
        return running and self._tasks is not None and not self._closing

    async def start(self) -> None:
        """Check the program and wait until a first process is ready. Raises EngineError; it may be called again."""
        if self.ready:
            return
        await checked(self._launch)
        process = await self._spawned(Kind(self._first, None))
        opened = asyncio.Event()
        self._running = asyncio.create_task(self._run(opened, process), name="claude processes")
        await opened.wait()

    async def close(self, grace: float) -> None:
        """Take nothing more, let replies end within so many seconds, then end everything."""
        self._closing = True
        for waiter in self._waiting:
            _fail(waiter, Reason.DRAINING)
        self._serve()
        try:
            async with asyncio.timeout(grace):
                await self._quiet.wait()
        except TimeoutError:
            pass
        finally:
            await self._stop()

    async def take(self, wish: Wish, limit: float) -> Lent:
        """Return a process that is this request's alone; give it back by `settle` or `discard`.

        limit: until when to wait, on the loop's clock. Raises EngineError: POOL_FULL when it was waited for in vain,
        START_FAILED when it did not start, MODEL_NOT_FOUND, DRAINING at the end.
        """
        if not self.ready:
            raise EngineError(Reason.DRAINING if self._closing else Reason.START_FAILED)
        arguments(self._launch, wish.key)  # what no command line can hold is refused before anybody makes room for it
        waiter = _Waiter(wish, asyncio.get_running_loop().create_future())
        self._waiting.append(waiter)
        self._serve()
        at_once = waiter.turn.done()
        lent = await self._turn_of(waiter, limit)
        self._watch.taken(KEPT if lent.known else SPARE if at_once else LATE)
        return lent

    def settle(self, lent: Lent, thread: bytes, rest: AsyncGenerator[EngineEvent, None]) -> None:
        """Take a process back whose reply is whole; `rest`, the end of its turn, is read here, whoever has left."""
        self._pool.settle(lent.seat, thread, _now())
        if self._tasks is None:
            return
        self._tasks.create_task(self._settle(lent, rest), name=f"end of a turn of claude {lent.process.pid}")

    def discard(self, lent: Lent) -> None:
        """Take a process back with which something went wrong, or that was left in the middle of a reply."""
        self._dismiss(lent.seat, Why.DISCARDED)
        self._serve()

    async def _run(self, opened: asyncio.Event, process: Process) -> None:
        """Hold the group of all tasks until it is cancelled."""
        try:
            async with asyncio.TaskGroup() as tasks:
                self._tasks = tasks
                seat = self._pool.open(Kind(process.key, None), _now())
                tasks.create_task(self._lodge(seat, process), name=f"claude {process.pid}")
                opened.set()
                await asyncio.Event().wait()
        finally:
            self._tasks = None
            opened.set()

    async def _stop(self) -> None:
        """End every process; what is still said by one is cut."""
        self._tasks = None
        if self._timer is not None:
            self._timer.cancel()
        for seat in tuple(self._pool.seats):
            self._dismiss(seat, Why.CLOSED)
        if self._running is None:
            return
        self._running.cancel()
        await asyncio.wait([self._running])
        if not self._running.cancelled() and (error := self._running.exception()) is not None:
            raise error

    async def _turn_of(self, waiter: _Waiter, limit: float) -> Lent:
        try:
            async with asyncio.timeout_at(limit):
                return await waiter.turn
        except TimeoutError:
            self._return(waiter)
            raise EngineError(Reason.POOL_FULL) from None
        except asyncio.CancelledError:
            self._return(waiter)
            raise
        finally:
            if waiter in self._waiting:
                self._waiting.remove(waiter)

    def _return(self, waiter: _Waiter) -> None:
        """Put back what was handed over in the moment in which it was no longer waited for."""
        turn = waiter.turn
        if not turn.done() or turn.cancelled() or turn.exception() is not None:
            return
        lent = turn.result()
        self._pool.unclaim(lent.seat, _now())
        if not lent.process.alive:
            self._dismiss(lent.seat, Why.DIED)
        self._serve()

    def _serve(self) -> None:
        """Do all that can be done now: hand out, dismiss, start. It is called after every change."""
        now = _now()
        for seat, why in list(self._pool.expired(now)):
            self._dismiss(seat, why)
        self._hand_out(now)
        if not self._closing and self._tasks is not None:
            self._follow(self._tasks, [waiter.wish for waiter in self._waiting if not waiter.turn.done()], now)
        if self._pool.count(State.BUSY, State.SETTLING):
            self._quiet.clear()
        else:
            self._quiet.set()
        self._wake_at(self._pool.due(now))

    def _hand_out(self, now: float) -> None:
        """First come, first served, but for those whom only others keep waiting."""
        for waiter in tuple(self._waiting):
            if waiter.turn.done():
                continue
            seat = self._pool.claim(waiter.wish, now)
            if seat is not None:
                self._waiting.remove(waiter)
                waiter.turn.set_result(Lent(seat, self._residents[seat].process, seat.thread is not None))

    def _follow(self, tasks: asyncio.TaskGroup, waiting: Sequence[Wish], now: float) -> None:
        plan = self._pool.plan(waiting, now)
        for seat in plan.dismiss:
            self._dismiss(seat, Why.DISPLACED)
        for kind in plan.start:
            tasks.create_task(self._live(self._pool.open(kind, now)), name="a claude process")

    def _wake_at(self, due: float | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None if due is None or self._closing else asyncio.get_running_loop().call_at(due, self._serve)

    def _dismiss(self, seat: Seat, why: Why) -> None:
        self._pool.dismiss(seat, why, _now())
        resident = self._residents.get(seat)
        if resident is not None:
            resident.dismissed.set()

    async def _live(self, seat: Seat) -> None:
        """Be one process: start, serve, end."""
        try:
            process = await self._spawned(seat.kind)
        except EngineError as error:
            self._pool.gone(seat)
            self._pool.fault(_now())
            self._tell_of(error, seat.kind)
            self._serve()
        except asyncio.CancelledError:
            self._pool.gone(seat)
            raise
        else:
            await self._lodge(seat, process)

    async def _lodge(self, seat: Seat, process: Process) -> None:
        """Hold a process that is ready until it goes."""
        resident = self._residents[seat] = _Resident(process)
        self._pool.ready(seat, _now())
        self._serve()
        try:
            await self._until_dismissed(seat, resident)
        finally:
            await process.end(END_GRACE)
            del self._residents[seat]
            self._pool.gone(seat)
            self._watch.ended(seat.why or Why.CLOSED)
            self._serve()

    async def _until_dismissed(self, seat: Seat, resident: _Resident) -> None:
        async with asyncio.TaskGroup() as tasks:
            watching = tasks.create_task(self._watch_over(seat, resident), name="death of a claude process")
            await resident.dismissed.wait()
            watching.cancel()

    async def _watch_over(self, seat: Seat, resident: _Resident) -> None:
        """Dismiss a process that died while nobody used it; who uses one sees it for himself, and discards it."""
        await resident.process.exited()
        if seat.state in {State.SPARE, State.KEPT}:
            self._pool.fault(_now())
            self._dismiss(seat, Why.DIED)
            self._serve()

    async def _spawned(self, kind: Kind) -> Process:
        begun = _now()
        try:
            process = await Process.spawned(self._launch, kind.key)
        except EngineError as error:
            self._watch.not_spawned(error)
            raise
        if kind.system is not None:
            await self._introduced(process, kind.system)
        self._watch.spawned(_now() - begun)
        return process

    async def _introduced(self, process: Process, system: tuple[str, ...]) -> None:
        """Give a system prompt ahead; whatever goes wrong, the process does not outlive it."""
        try:
            await process.introduce(system)
        except BaseException as error:
            await process.end(0.0)
            if isinstance(error, EngineError):
                self._watch.not_spawned(error)
            raise

    def _tell_of(self, error: EngineError, kind: Kind) -> None:
        """Tell a failed start to the first who waits for one like it; for the others another is started."""
        for waiter in self._waiting:
            if waiter.wish.suits(kind) and not waiter.turn.done():
                waiter.turn.set_exception(error)
                return

    async def _settle(self, lent: Lent, rest: AsyncGenerator[EngineEvent, None]) -> None:
        """Read the end of a turn; then its process is kept or goes."""
        try:
            async with aclosing(rest):
                with suppress(EngineError):
                    async for _ in rest:
                        pass
        finally:
            if lent.process.alive:
                self._pool.keep(lent.seat, lent.process.turns, lent.process.resident_bytes, _now())
            if lent.seat.state is not State.KEPT:
                self._dismiss(lent.seat, Why.DISCARDED)
            self._serve()


def _fail(waiter: _Waiter, reason: Reason) -> None:
    if not waiter.turn.done():
        waiter.turn.set_exception(EngineError(reason))


def _now() -> float:
    return asyncio.get_running_loop().time()
