"""Which process answers which request, which are kept, which go, and which are started. Pure.

One process is for one conversation. It waits as a spare, answers, is kept for its conversation while that may go on,
and goes. Spares are started ahead, since a start takes some hundred milliseconds and half a second of a core.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from parley_executor.engines.claude_cli.demand import Demand, Kind
from parley_executor.engines.claude_cli.launch import Key
from parley_executor.sizing import COSTS, size

FIRST_PAUSE: Final = 1.0
LONGEST_PAUSE: Final = 30.0
"""How long no spare is started after a failure, in seconds: the first time, and at most; it doubles each time."""

COST: Final = replace(COSTS["claude_cli"], per_core=12)
"""What a process takes is what a reply takes; but a core carries more of them, since most are idle. Measured."""


class State(Enum):
    """What a process is doing."""

    STARTING = "starting"
    SPARE = "spare"
    BUSY = "busy"
    SETTLING = "settling"
    """Its reply is whole, its turn not yet over."""
    KEPT = "kept"
    ENDING = "ending"


class Why(Enum):
    """Why a process goes."""

    IDLE = "idle"
    OLD = "old"
    TURNS = "turns"
    MEMORY = "memory"
    DISPLACED = "displaced"
    DISCARDED = "discarded"
    """After a fault, a cancel, a refusal, or a reply that the program would go on with by itself."""
    DIED = "died"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Limits:
    """processes: how many there are at most, spares: how many of them wait ahead; starts: how many start at once.

    idle: how long one is kept for its conversation, spare_age: how long a spare may wait, in seconds. turns,
    resident_bytes: from how many answers and from how much memory on one is not kept.
    """

    processes: int
    spares: int
    starts: int
    idle: float
    spare_age: float
    turns: int
    resident_bytes: int


@dataclass(eq=False, slots=True)
class Seat:
    """One process, from the decision to start it until it is gone.

    thread: what it was told, None for nothing; since: when its state began; why: set once it goes.
    """

    kind: Kind
    since: float
    state: State = State.STARTING
    thread: bytes | None = None
    why: Why | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """What a request needs; thread: of its conversation before the newest question."""

    key: Key
    system: tuple[str, ...]
    thread: bytes

    def suits(self, kind: Kind) -> bool:
        """Tell whether a fresh process of a kind would do."""
        return kind.serves(self.key, self.system)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done now."""

    start: tuple[Kind, ...] = ()
    dismiss: tuple[Seat, ...] = ()


def most_processes(wished: int, cores: float, memory_bytes: int | None) -> int:
    """Return how many processes there may be: as many as are wished, as far as cores and memory go, at least one."""
    return size(wished, COST, cores, memory_bytes).slots


class Pool:
    """Knows every process; `now` is always in seconds of one clock."""

    def __init__(self, limits: Limits, first: Key) -> None:
        self._limits = limits
        self._demand = Demand(first)
        self._failures = 0
        self._spares_from = 0.0
        self.seats: list[Seat] = []

    def count(self, *states: State) -> int:
        """Return how many are in one of these states."""
        return sum(seat.state in states for seat in self.seats)

    def claim(self, wish: Wish, now: float) -> Seat | None:
        """Give a process to a request: the one of its conversation, else a spare; None: it has to wait."""
        seat = self._kept_for(wish) or self._spare_for(wish)
        if seat is not None:
            self._turn(seat, State.BUSY, now)
            if seat.thread is None:
                self._demand.note(wish.key, wish.system)
        return seat

    def unclaim(self, seat: Seat, now: float) -> None:
        """Take back a process that nobody has used after all."""
        if seat.state is State.BUSY:
            self._turn(seat, State.SPARE if seat.thread is None else State.KEPT, now)

    def open(self, kind: Kind, now: float) -> Seat:
        """Begin with a process that is being started."""
        seat = Seat(kind, now)
        self.seats.append(seat)
        return seat

    def ready(self, seat: Seat, now: float) -> None:
        """Have a spare."""
        if seat.state is State.STARTING:
            self._turn(seat, State.SPARE, now)

    def settle(self, seat: Seat, thread: bytes, now: float) -> None:
        """Know that a reply is whole, and by which thread the conversation goes on."""
        if seat.state is State.BUSY:
            self._turn(seat, State.SETTLING, now)
            seat.thread = thread
            self._failures = 0

    def keep(self, seat: Seat, turns: int, resident_bytes: int, now: float) -> None:
        """Keep a process for its conversation, unless it has become too old or too large for that."""
        if turns >= self._limits.turns:
            self.dismiss(seat, Why.TURNS, now)
        elif resident_bytes >= self._limits.resident_bytes:
            self.dismiss(seat, Why.MEMORY, now)
        elif seat.state is State.SETTLING:
            self._turn(seat, State.KEPT, now)

    def dismiss(self, seat: Seat, why: Why, now: float) -> None:
        """Let a process go; it counts until it is gone."""
        if seat.state is not State.ENDING:
            self._turn(seat, State.ENDING, now)
            seat.why = why

    def gone(self, seat: Seat) -> None:
        """Forget a process."""
        if seat in self.seats:
            self.seats.remove(seat)

    def fault(self, now: float) -> None:
        """Know that a process failed to start or died unused: spares wait a while, so that this does not go in circles."""
        self._spares_from = now + min(FIRST_PAUSE * 2**self._failures, LONGEST_PAUSE)
        self._failures += 1

    def expired(self, now: float) -> Iterator[tuple[Seat, Why]]:
        """Yield those whose time is over."""
        for seat in self.seats:
            why = _EXPIRY.get(seat.state)
            if why is not None and now >= self._end(seat):
                yield seat, why

    def due(self, now: float) -> float | None:
        """Return when time alone changes something the next time, None for never."""
        ends = [self._end(seat) for seat in self.seats if seat.state in _EXPIRY]
        if self._spares_from > now:
            ends.append(self._spares_from)
        return min(ends, default=None)

    def plan(self, waiting: Sequence[Wish], now: float) -> Plan:
        """Return what to start, and who goes to make room; call it again after each change.

        Who waits comes before spares. Never more are dismissed than places are needed.
        """
        kinds = list(self._unserved(waiting))
        if not kinds and not waiting and now >= self._spares_from:
            kinds = self._missing_spares()
        starts = max(0, min(self._room(), self._limits.starts - self.count(State.STARTING)))
        lacking = len(kinds) - self._room() - self.count(State.ENDING)
        victims = self._victims(waiting) if waiting else self._victims_for_spares()
        return Plan(tuple(kinds[:starts]), tuple(victims[: max(0, lacking)]))

    def _kept_for(self, wish: Wish) -> Seat | None:
        return next((seat for seat in self._of(State.KEPT) if _continues(seat, wish)), None)

    def _spare_for(self, wish: Wish) -> Seat | None:
        """Return a spare, one that has the system prompt already before one that has none."""
        fitting = [seat for seat in self._of(State.SPARE) if wish.suits(seat.kind)]
        return next(iter(sorted(fitting, key=lambda seat: seat.kind.system is None)), None)

    def _unserved(self, waiting: Sequence[Wish]) -> Iterator[Kind]:
        """Yield what has to be started for those who wait, beyond what is on its way to them."""
        coming = self._of(State.STARTING)
        for wish in waiting:
            if any(_continues(seat, wish) for seat in self._of(State.SETTLING)):
                continue
            fitting = next((seat for seat in coming if wish.suits(seat.kind)), None)
            if fitting is None:
                yield Kind(wish.key, wish.system)
            else:
                coming.remove(fitting)

    def _missing_spares(self) -> list[Kind]:
        """Return what has to be started so that there are as many spares as there should be."""
        kind = self._demand.next()
        there = sum(seat.kind.serves(kind.key, kind.system) for seat in self._of(State.SPARE, State.STARTING))
        places = self._limits.processes - self.count(State.BUSY, State.SETTLING)
        return [kind] * max(0, min(self._limits.spares, places) - there)

    def _victims(self, waiting: Sequence[Wish]) -> list[Seat]:
        """Return who may go for somebody who waits, the least recently used first; not who serves another of them."""
        idle = self._of(State.SPARE, State.KEPT)
        return [seat for seat in _oldest_first(idle) if not any(_continues(seat, wish) for wish in waiting)]

    def _victims_for_spares(self) -> list[Seat]:
        """Return who may go for a spare: spares that nobody asks for; then all but the last kept conversation."""
        kind = self._demand.next()
        unasked = [seat for seat in self._of(State.SPARE) if not seat.kind.serves(kind.key, kind.system)]
        return [*_oldest_first(unasked), *_oldest_first(self._of(State.KEPT))[:-1]]

    def _of(self, *states: State) -> list[Seat]:
        return [seat for seat in self.seats if seat.state in states]

    def _room(self) -> int:
        return max(0, self._limits.processes - len(self.seats))

    def _end(self, seat: Seat) -> float:
        return seat.since + (self._limits.spare_age if seat.state is State.SPARE else self._limits.idle)

    def _turn(self, seat: Seat, state: State, now: float) -> None:
        seat.state, seat.since = state, now


_EXPIRY = {State.SPARE: Why.OLD, State.KEPT: Why.IDLE}


def _continues(seat: Seat, wish: Wish) -> bool:
    return seat.kind.key == wish.key and seat.thread == wish.thread


def _oldest_first(seats: Sequence[Seat]) -> list[Seat]:
    return sorted(seats, key=lambda seat: seat.since)
