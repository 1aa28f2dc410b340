"""Stored replies: found by key, let in and out by `retention`. Rules over the plain half of the tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from parley_cache import retention
from parley_cache.limits import Limits
from parley_cache.retention import Named, Plan, Saving, Space, Stored
from parley_cache.store.drawers import Drawers

SMALL = "replies.small"
MAIN = "replies.main"
GHOSTS = "replies.ghosts"
AGES = "replies.ages"
TIMES = "replies.times"

ENTRIES = "replies.entries"
BYTES = "replies.bytes"
SMALL_ENTRIES = "replies.small_entries"
SMALL_BYTES = "replies.small_bytes"
GHOST_ENTRIES = "replies.ghost_entries"
WORTH = "replies.worth"
COST = "replies.cost"
EVICTIONS = "replies.evictions"
EXPIRED = "replies.expired"
PURGED = "replies.purged"

MICRO = 1_000_000
"""Counters are whole numbers: worth and cost are counted in millionths."""


class Room(Drawers, Protocol):
    """What the shelf needs of the tables."""

    now: float
    limits: Limits


@dataclass(frozen=True, slots=True)
class Ghost:
    """A reply that left the small queue without having been asked for enough."""


@dataclass(frozen=True, slots=True)
class Tuning:
    """The time to live that new replies get, in seconds, once somebody tuned it; `number` of the last wish that did."""

    ttl: float
    number: int = 0


@dataclass(frozen=True, slots=True)
class Tune:
    """A wish to multiply the time to live of new replies; later wishes have greater numbers."""

    number: int
    factor: float


@dataclass(frozen=True, slots=True)
class Reply:
    """A complete log that wants to be stored; `groups`: the orders in which a purge shall find it."""

    key: bytes
    log: str
    size: int
    saving: Saving = field(default_factory=Saving)
    groups: tuple[str, ...] = ()


def use(room: Room, key: bytes) -> Stored | None:
    """Return the fresh reply of a key and credit it with a use."""
    stored = _fresh(room, key)
    if stored is None:
        return None
    after = retention.used(stored)
    if after is not stored:
        room.put_record(key.hex(), after)
    return stored


def _fresh(room: Room, key: bytes) -> Stored | None:
    stored = room.record(Stored, key.hex())
    return stored if stored is not None and room.now < stored.until else None


def has(room: Room, key: bytes) -> bool:
    """Tell whether there is a fresh reply of a key; no use of it."""
    return _fresh(room, key) is not None


def keeps(room: Room, key: bytes | None, log: str) -> bool:
    """Tell whether this log is the stored one of its key."""
    stored = room.record(Stored, key.hex()) if key is not None else None
    return stored is not None and stored.log == log


def store(room: Room, reply: Reply) -> Sequence[str]:
    """Store a reply in place of its key's former one, if there is room for it; return the logs that had to go."""
    name = reply.key.hex()
    former = room.record(Stored, name)
    plan = _room_for(room, name, reply.size, former)
    gone = [take(room, name, former)] if former is not None else []
    if plan is None:
        return gone
    gone += _carry_out(room, plan)
    seen = former is not None or _was_ghost(room, name)
    _put_in(room, name, _stored(room, reply, main=seen))
    return gone


def _room_for(room: Room, name: str, size: int, former: Stored | None) -> Plan | None:
    limits = room.limits
    if size > limits.reply_bytes or not limits.reply_entries:
        return None
    space = _space(room, size, former)
    if not space.is_over(limits):
        return Plan()
    look = retention.look(limits, size)
    return retention.plan(limits, space, _first(room, SMALL, look, name), _first(room, MAIN, look, name))


def _space(room: Room, size: int, former: Stored | None) -> Space:
    taken = [room.total(counter) for counter in (ENTRIES, BYTES, SMALL_ENTRIES, SMALL_BYTES)]
    space = Space(taken[0] + 1, taken[1] + size, taken[2], taken[3])
    if former is not None:
        space.entries -= 1
        space.size -= former.size
        space.small_entries -= not former.main
        space.small_size -= 0 if former.main else former.size
    return space


def _first(room: Room, order: str, look: int, without: str) -> list[Named]:
    names = [name for name in room.lowest(order, look) if name != without]
    records = room.records(Stored, names)
    return [(name, stored) for name, stored in zip(names, records, strict=True) if stored is not None]


def _stored(room: Room, reply: Reply, *, main: bool) -> Stored:
    density = reply.saving.worth / retention.cost(room.limits, reply.size)
    mean = room.total(WORTH) / max(1, room.total(COST))
    return Stored(
        log=reply.log,
        size=reply.size,
        at=room.now,
        until=room.now + time_to_live(room),
        saving=reply.saving,
        grade=retention.grade(density, mean),
        groups=reply.groups,
        main=main,
    )


def time_to_live(room: Room) -> float:
    """Return how long a new reply serves, in seconds."""
    tuning = room.record(Tuning, "")
    return tuning.ttl if tuning is not None else room.limits.reply_ttl


def tune(room: Room, wish: Tune) -> float | None:
    """Multiply the time to live of new replies within its bounds; return it, in seconds.

    None: it was done already, or a later wish was. Several monitors say the same to several caches on this store.
    """
    former = room.record(Tuning, "")
    if former is not None and wish.number <= former.number:
        return None
    ttl = retention.tuned(time_to_live(room), wish.factor, room.limits)
    room.put_record("", Tuning(ttl, wish.number))
    return ttl


def _put_in(room: Room, name: str, stored: Stored) -> None:
    room.put_record(name, stored)
    room.place(MAIN if stored.main else SMALL, name, room.now)
    room.place(AGES, name, stored.until)
    room.place(TIMES, name, stored.at)
    for group in stored.groups:
        room.place(group, name, stored.at)
    _count(room, stored, 1)


def _count(room: Room, stored: Stored, step: int) -> None:
    room.add(ENTRIES, step)
    room.add(BYTES, step * stored.size)
    room.add(WORTH, step * round(stored.saving.worth * MICRO))
    room.add(COST, step * round(retention.cost(room.limits, stored.size) * MICRO))
    if not stored.main:
        _count_small(room, stored, step)


def _count_small(room: Room, stored: Stored, step: int) -> None:
    room.add(SMALL_ENTRIES, step)
    room.add(SMALL_BYTES, step * stored.size)


def take(room: Room, name: str, stored: Stored) -> str:
    """Take a reply out; return its log."""
    room.drop_record(Stored, name)
    for order in (MAIN if stored.main else SMALL, AGES, TIMES, *stored.groups):
        room.displace(order, name)
    _count(room, stored, -1)
    return stored.log


def _carry_out(room: Room, plan: Plan) -> list[str]:
    for name, stored in plan.promoted.items():
        room.displace(SMALL, name)
        _count_small(room, stored, -1)
    for name, stored in (plan.promoted | plan.kept).items():
        room.put_record(name, stored)
        room.place(MAIN, name, room.now)
    if plan.gone:
        room.add(EVICTIONS, len(plan.gone))
    _remember(room, [name for name, stored in plan.gone.items() if not stored.main])
    return [take(room, name, stored) for name, stored in plan.gone.items()]


def _remember(room: Room, names: Sequence[str]) -> None:
    """Keep the names of what left the small queue, at most as many as replies may be stored."""
    surplus = room.total(GHOST_ENTRIES) + len(names) - room.limits.reply_entries
    forgotten = room.lowest(GHOSTS, surplus) if surplus > 0 else ()
    room.records(Ghost, [*forgotten, *names])  # all at once, wherever they lie
    for name in forgotten:
        _was_ghost(room, name)
    for name in names:
        room.put_record(name, Ghost())
        room.place(GHOSTS, name, room.now)
        room.add(GHOST_ENTRIES, 1)


def _was_ghost(room: Room, name: str) -> bool:
    if room.record(Ghost, name) is None:
        return False
    _forget(room, name)
    return True


def _forget(room: Room, name: str) -> None:
    room.drop_record(Ghost, name)
    room.displace(GHOSTS, name)
    room.add(GHOST_ENTRIES, -1)


def take_stale(room: Room, limit: int) -> Sequence[str]:
    """Take out up to `limit` replies whose time is over; return their logs."""
    return take_all(room, room.lowest(AGES, limit, room.now), EXPIRED)


def take_all(room: Room, names: Sequence[str], counter: str) -> Sequence[str]:
    """Take out these replies and count them; return their logs."""
    records = zip(names, room.records(Stored, names), strict=True)
    gone = [take(room, name, stored) for name, stored in records if stored is not None]
    if gone:
        room.add(counter, len(gone))
    return gone


def take_log(room: Room, key: bytes | None, log: str) -> Sequence[str]:
    """Take out the reply of a key if it is this log; return that."""
    stored = room.record(Stored, key.hex()) if key is not None else None
    if key is None or stored is None or stored.log != log:
        return ()
    return take_all(room, [key.hex()], PURGED)
