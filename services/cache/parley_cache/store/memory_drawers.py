"""Records, orders and counters in dictionaries."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TypeVar, cast

from typing_extensions import override

from parley_cache.store.drawers import Drawers
from parley_cache.store.order import Order

R = TypeVar("R")
_Name = tuple[type[object], str]


class MemoryDrawers(Drawers):
    """Not shared, not durable."""

    now: float

    def __init__(self) -> None:
        self._records: dict[_Name, tuple[object, float]] = {}
        self._ends: dict[type[object], Order] = defaultdict(Order)
        self._orders: dict[str, Order] = {}
        self._counters: dict[str, int] = defaultdict(int)

    @override
    def records(self, kind: type[R], names: Sequence[str]) -> Sequence[R | None]:
        return [self._record(kind, name) for name in names]

    def _record(self, kind: type[R], name: str) -> R | None:
        record, until = self._records.get((kind, name), (None, math.inf))
        return cast("R | None", record) if self.now < until else None

    @override
    def put_record(self, name: str, record: object, until: float = math.inf) -> None:
        kind = type(record)
        self._records[kind, name] = (record, until)
        if until < math.inf:
            self._ends[kind].place(name, until)
        elif kind in self._ends:
            self._ends[kind].displace(name)

    @override
    def drop_record(self, kind: type[object], name: str) -> None:
        self._records.pop((kind, name), None)
        if kind in self._ends:
            self._ends[kind].displace(name)

    def drop_ended_records(self, limit: int) -> None:
        """Forget records whose time is over, up to `limit` of each kind."""
        for kind, ends in self._ends.items():
            for name in ends.lowest(limit, self.now):
                self.drop_record(kind, name)

    @override
    def lowest(self, order: str, limit: int, upto: float = math.inf) -> Sequence[str]:
        names = self._orders.get(order)
        return names.lowest(limit, upto) if names is not None else ()

    @override
    def highest(self, order: str, limit: int, downto: float) -> Sequence[str]:
        names = self._orders.get(order)
        return names.highest(limit, downto) if names is not None else ()

    @override
    def place(self, order: str, name: str, rank: float) -> None:
        self._orders.setdefault(order, Order()).place(name, rank)

    @override
    def displace(self, order: str, name: str) -> None:
        if order in self._orders:
            self._orders[order].displace(name)
            self._drop_if_empty(order)

    @override
    def displace_upto(self, order: str, rank: float) -> None:
        if order in self._orders:
            self._orders[order].displace_upto(rank)
            self._drop_if_empty(order)

    def _drop_if_empty(self, order: str) -> None:
        if not len(self._orders[order]):
            del self._orders[order]

    @override
    def total(self, counter: str) -> int:
        return self._counters.get(counter, 0)

    def totals(self) -> Mapping[str, int]:
        """Return all counters."""
        return dict(self._counters)

    @override
    def add(self, counter: str, amount: int) -> None:
        self._counters[counter] += amount
