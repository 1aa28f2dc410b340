"""The plain half of the tables: records, orders and counters of any kind, so that a new rule needs no new table.

A record is a frozen dataclass of plain values: text, numbers, truth values, None, tuples of these, further such
dataclasses. An operation reads an order before it changes it; so no adapter needs to show it its own changes there.
What it wrote as a record it does read again.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Protocol, TypeVar

R = TypeVar("R")


class Drawers(Protocol):
    """Records by kind and name; names in orders; counters. Times in the store's seconds."""

    def records(self, kind: type[R], names: Sequence[str]) -> Sequence[R | None]:
        """Return the record of each name, None where there is none (or no longer)."""
        ...

    def record(self, kind: type[R], name: str) -> R | None:
        """Return one record."""
        return self.records(kind, (name,))[0]

    def put_record(self, name: str, record: object, until: float = math.inf) -> None:
        """Write a record under its own class; it is gone of itself at `until`."""
        ...

    def drop_record(self, kind: type[object], name: str) -> None: ...
    def lowest(self, order: str, limit: int, upto: float = math.inf) -> Sequence[str]:
        """Return up to `limit` names of an order, lowest rank first, of rank `upto` at most."""
        ...

    def highest(self, order: str, limit: int, downto: float) -> Sequence[str]:
        """Return up to `limit` names of an order, highest rank first, of rank `downto` at least."""
        ...

    def place(self, order: str, name: str, rank: float) -> None:
        """Put a name into an order, or move it there."""
        ...

    def displace(self, order: str, name: str) -> None:
        """Take a name out of an order."""
        ...

    def displace_upto(self, order: str, rank: float) -> None:
        """Take out all names of rank `rank` at most."""
        ...

    def total(self, counter: str) -> int:
        """Return a counter with what this operation added; 0 when nobody ever counted."""
        ...

    def add(self, counter: str, amount: int) -> None:
        """Count; two operations that add to one counter do not stand in each other's way."""
        ...
