"""When each turn must be looked at again: one moment a name, the earliest first. Pure."""

from __future__ import annotations

import heapq
from collections.abc import Sequence


class Alarms:
    """A heap whose outdated entries are skipped when they come up."""

    def __init__(self) -> None:
        self._at: dict[str, float] = {}
        self._heap: list[tuple[float, str]] = []

    def set(self, name: str, at: float) -> None:
        """Set or move the alarm of a name."""
        if self._at.get(name) != at:
            self._at[name] = at
            heapq.heappush(self._heap, (at, name))

    def drop(self, name: str) -> None:
        """Forget a name's alarm."""
        self._at.pop(name, None)

    def take_due(self, now: float, limit: int) -> Sequence[str]:
        """Take up to `limit` names whose moment has come."""
        due: list[str] = []
        while self._heap and self._heap[0][0] <= now and len(due) < limit:
            at, name = heapq.heappop(self._heap)
            if self._at.get(name) == at:
                del self._at[name]
                due.append(name)
        return due
