"""Names by rank, the lowest first. Pure."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from itertools import count

_SLACK = 64
"""Outdated places that are kept before the heap is built anew."""


class Order:
    """A heap whose outdated places are skipped; equal ranks stay in the order in which they came."""

    def __init__(self) -> None:
        self._places: dict[str, tuple[float, int]] = {}
        self._heap: list[tuple[float, int, str]] = []
        self._serial = count()

    def __len__(self) -> int:
        return len(self._places)

    def place(self, name: str, rank: float) -> None:
        """Put a name at a rank, or move it there."""
        place = (rank, next(self._serial))
        self._places[name] = place
        heapq.heappush(self._heap, (*place, name))
        if len(self._heap) > 2 * len(self._places) + _SLACK:
            self._heap = [(*place, name) for name, place in self._places.items()]
            heapq.heapify(self._heap)

    def displace(self, name: str) -> None:
        """Take a name out."""
        self._places.pop(name, None)

    def displace_upto(self, rank: float) -> None:
        """Take out all names of that rank at most."""
        while self._heap and self._heap[0][0] <= rank:
            *place, name = heapq.heappop(self._heap)
            if self._places.get(name) == tuple(place):
                del self._places[name]

    def highest(self, limit: int, downto: float) -> Sequence[str]:
        """Return up to `limit` names of rank `downto` at least, the highest first, as Redis has equal ranks: by name."""
        ranked = ((rank, name) for name, (rank, _serial) in self._places.items() if rank >= downto)
        return [name for _rank, name in heapq.nlargest(limit, ranked)]

    def lowest(self, limit: int, upto: float) -> Sequence[str]:
        """Return up to `limit` names of rank `upto` at most."""
        seen: list[tuple[float, int, str]] = []
        while self._heap and len(seen) < limit and self._heap[0][0] <= upto:
            rank, serial, name = heapq.heappop(self._heap)
            if self._places.get(name) == (rank, serial):
                seen.append((rank, serial, name))
        for place in seen:
            heapq.heappush(self._heap, place)
        return [name for _rank, _serial, name in seen]
