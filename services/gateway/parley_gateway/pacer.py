"""When may the next edit of a channel go? Pure: it tells times and whose turn it is, and waits for nothing.

Discord allows about 5 edits in 5 s in a channel, whoever sends them. Spacing the starts 1.1 s apart never meets that
limit (measured), so the newest text never waits behind older text in a queue of the REST client.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from weakref import WeakValueDictionary

INTERVAL = 1.1
"""Seconds between the starts of two edits in a channel."""
RATE = 36.0
"""REST calls per second of all gateways together: Discord's global limit is 50, and a 429 of that kind stops them all."""
_WIDENING = 1.5
_DECAY = 0.7
_MAX_INTERVAL = 15.0
_SWEEP_AT = 64
_LOOK_AGAIN = 0.2
"""Seconds after which a stream that waits for another's turn asks again, should nobody wake it."""


class Urgency(IntEnum):
    """Who goes first; lower is sooner."""

    FINAL = 0
    SEALING = 1
    GROWING = 2
    NOTICE = 3


class Route(Enum):
    """What Discord counts by itself: each has a limit of its own in a channel."""

    CREATE = "create"
    EDIT = "edit"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Wish:
    """A stream wants to do one thing, not before `at` (seconds, monotonic)."""

    route: Route
    urgency: Urgency
    at: float


class Budget:
    """Bounds the REST calls per second of a process; those that end a reply may borrow a little from the future."""

    def __init__(self, rate: float = RATE, *, final_credit: float = 0.1) -> None:
        self._spacing = 1.0 / rate
        self._credit = final_credit
        self._next = float("-inf")
        self._channels = 0

    @property
    def spacing(self) -> float:
        """Seconds between the starts of two calls."""
        return self._spacing

    def allow(self, rate: float) -> None:
        """Take another rate from now on, in calls per second."""
        self._spacing = 1.0 / rate

    def earliest(self, urgency: Urgency) -> float:
        """Return when the next call of that urgency may start."""
        return self._next - (self._credit if urgency is Urgency.FINAL else 0.0)

    def spend(self, now: float) -> None:
        """Note that a call starts."""
        self._next = max(self._next, now) + self._spacing

    def interval(self, base: float) -> float:
        """Return a channel's interval: wider when more channels are live than the rate can serve."""
        return max(base, self._channels * self._spacing)

    def channel_opened(self) -> None:
        """Count a channel with live replies."""
        self._channels += 1

    def channel_closed(self) -> None:
        """Count it no more."""
        self._channels -= 1


@dataclass(slots=True)
class _Stream:
    wake: Callable[[], None]
    arrived: int
    wish: Wish | None = None
    last_start: float = float("-inf")


@dataclass(slots=True)
class _Lane:
    interval: float
    next_at: float = float("-inf")


@dataclass(slots=True, weakref_slot=True)
class Pacer:
    """One channel's pace, shared by all its replies. A stream is whatever identifies one of them."""

    budget: Budget = field(default_factory=Budget)
    interval: float = INTERVAL
    _streams: dict[Hashable, _Stream] = field(default_factory=dict, init=False)
    _lanes: dict[Route, _Lane] = field(default_factory=dict, init=False)
    _order: itertools.count[int] = field(default_factory=itertools.count, init=False)

    def join(self, stream: Hashable, wake: Callable[[], None]) -> None:
        """Take part; `wake` is called when it may be this stream's turn sooner than it was told."""
        if not self._streams:
            self.budget.channel_opened()
        self._streams[stream] = _Stream(wake, next(self._order))

    def leave(self, stream: Hashable) -> None:
        """Take part no more."""
        if self._streams.pop(stream, None) is None:
            return
        if not self._streams:
            self.budget.channel_closed()
        self._wake_others(stream)

    def forgettable(self, now: float) -> bool:
        """Whether nobody takes part and the last pause is over."""
        return not self._streams and all(lane.next_at <= now for lane in self._lanes.values())

    def delay(self, stream: Hashable, wish: Wish, now: float) -> float:
        """Note what a stream wants; return the seconds after which it shall ask again, 0.0: it may start now."""
        me = self._streams[stream]
        me.wish = wish
        wait = self._opens(wish, me.last_start) - now
        if wait > 0:
            return wait
        return 0.0 if self._first(wish.route, now) is me else _LOOK_AGAIN

    def withdraw(self, stream: Hashable) -> None:
        """Note that a stream wants nothing at present."""
        if self._streams[stream].wish is not None:
            self._streams[stream].wish = None
            self._wake_others(stream)

    def started(self, stream: Hashable, now: float) -> None:
        """Note that the stream starts what it wished for."""
        me = self._streams[stream]
        assert me.wish is not None, "only a stream that was told 0.0 starts"
        lane = self._lane(me.wish.route)
        lane.next_at = now + self.budget.interval(lane.interval)
        me.wish, me.last_start = None, now
        self.budget.spend(now)
        self._wake_others(stream)

    def finished(self, route: Route, started: float, took: float) -> None:
        """Note how long it took: longer than the interval means that a limit was hit, which widens the interval."""
        lane = self._lane(route)
        if took > self.interval:
            lane.interval = min(_MAX_INTERVAL, took * _WIDENING)
            lane.next_at = max(lane.next_at, started + lane.interval)
        else:
            lane.interval = max(self.interval, lane.interval * _DECAY)

    def _opens(self, wish: Wish, last_start: float) -> float:
        opens = max(wish.at, self._lane(wish.route).next_at, self.budget.earliest(wish.urgency))
        if wish.urgency >= Urgency.GROWING:
            # What its stream has just created shows text that is new enough; a final edit needs no such patience.
            opens = max(opens, last_start + self.interval)
        return opens

    def _lane(self, route: Route) -> _Lane:
        return self._lanes.setdefault(route, _Lane(self.interval))

    def _first(self, route: Route, now: float) -> _Stream:
        """Return whose turn it is: the most urgent, then who has waited longest since its last start."""
        ready = [
            (one.wish.urgency, one.last_start, one.arrived, one)
            for one in self._streams.values()
            if one.wish is not None and one.wish.route is route and self._opens(one.wish, one.last_start) <= now
        ]
        return min(ready, key=lambda row: row[:3])[3]

    def _wake_others(self, stream: Hashable) -> None:
        for name, other in self._streams.items():
            if name != stream and other.wish is not None:
                other.wake()


class Pacers:
    """The pacers of all channels with live replies, under one budget. One that somebody still has, and has not joined yet,
    stays the channel's.
    """

    def __init__(self, budget: Budget | None = None, *, interval: float = INTERVAL) -> None:
        self._budget = budget or Budget()
        self._interval = interval
        self._pacers: dict[str, Pacer] = {}
        self._handed_out: WeakValueDictionary[str, Pacer] = WeakValueDictionary()
        self._sweep_at = _SWEEP_AT

    def of(self, channel_id: str, now: float) -> Pacer:
        """Return the channel's pacer."""
        if len(self._pacers) >= self._sweep_at:
            self._pacers = {name: pacer for name, pacer in self._pacers.items() if not pacer.forgettable(now)}
            self._sweep_at = max(_SWEEP_AT, 2 * len(self._pacers))
        pacer = self._handed_out.setdefault(channel_id, Pacer(self._budget, self._interval))
        self._pacers[channel_id] = pacer
        return pacer
