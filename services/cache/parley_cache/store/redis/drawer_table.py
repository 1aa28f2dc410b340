"""Records, orders and counters in Redis: cells, sorted sets, one hash."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import TypeVar

from typing_extensions import override

from parley_cache.limits import Limits
from parley_cache.store.drawers import Drawers
from parley_cache.store.redis import names
from parley_cache.store.redis.cells import KINDS, Kept
from parley_cache.store.redis.draft import Draft
from parley_cache.store.redis.names import PREFIX
from parley_cache.store.redis.reads import NotRead, Read, Reads

R = TypeVar("R")


class RedisDrawers(Draft, Drawers):
    """Only records are compared when an operation is written: orders and counters are read as they are at that moment."""

    def __init__(self, reads: Reads, limits: Limits, now: float) -> None:
        super().__init__(reads, limits, now)
        self._added: Counter[str] = Counter()

    @override
    def records(self, kind: type[R], names: Sequence[str]) -> Sequence[R | None]:
        keys = [_key(kind, name) for name in names]
        lacking = [key for key in keys if key not in self._values and key not in self.reads.cells]
        if lacking:
            raise NotRead(*(Read("cell", key) for key in lacking))
        return [self._record(key) for key in keys]

    def _record(self, key: str) -> R | None:
        kept: Kept | None = self._cell(key)
        return kept.record if kept is not None and self.now < kept.until else None

    @override
    def put_record(self, name: str, record: object, until: float = math.inf) -> None:
        key = _key(type(record), name)
        self._put(key, Kept(until, record))
        self._ends(key, until)

    @override
    def drop_record(self, kind: type[object], name: str) -> None:
        key = _key(kind, name)
        self._put(key, None)
        self._ends(key, math.inf)

    def drop_ended(self, key: str) -> None:
        """Forget the record of a cell if its time is over; unread, since this process may not know its kind."""
        self._do("DROPENDED", key, PREFIX + names.ENDS, key, self.now)

    def _ends(self, key: str, until: float) -> None:
        former = self._former(key)
        if until < math.inf:
            self._do("ZADD", names.ENDS, until, key)
        elif former is not None and former.until < math.inf:
            self._do("ZREM", names.ENDS, key)

    @override
    def lowest(self, order: str, limit: int, upto: float = math.inf) -> Sequence[str]:
        return [name.decode() for name in self._read(Read("lowest", names.order(order), limit, repr(upto)))]

    @override
    def highest(self, order: str, limit: int, downto: float) -> Sequence[str]:
        return [name.decode() for name in self._read(Read("highest", names.order(order), limit, repr(downto)))]

    @override
    def place(self, order: str, name: str, rank: float) -> None:
        self._do("ZADD", names.order(order), rank, name)

    @override
    def displace(self, order: str, name: str) -> None:
        self._do("ZREM", names.order(order), name)

    @override
    def displace_upto(self, order: str, rank: float) -> None:
        self._do("ZREMRANGEBYSCORE", names.order(order), "-inf", rank)

    @override
    def total(self, counter: str) -> int:
        found = self._read(Read("hash", names.COUNTERS))
        return numbers(found).get(counter, 0) + self._added[counter]

    @override
    def add(self, counter: str, amount: int) -> None:
        self._added[counter] += amount
        if amount:
            self._do("HINCRBY", names.COUNTERS, counter, amount)


def numbers(found: Sequence[bytes]) -> dict[str, int]:
    """Return a hash of counters as Redis told it."""
    return {name.decode(): int(value) for name, value in zip(found[::2], found[1::2], strict=True)}


def _key(kind: type[object], name: str) -> str:
    KINDS[kind.__name__] = kind
    return names.record(kind, name)
