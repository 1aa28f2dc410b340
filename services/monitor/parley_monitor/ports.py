"""What the monitor's core needs from outside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from parley_monitor.model import Capacity, Member


class Observer(Protocol):
    """Hears what the core does, for spans, metrics and health."""

    def reported(self, service: str, outcome: str) -> None:
        """Hear of a report: accepted, superseded (a newer stream speaks for the instance) or refused."""
        ...

    def looked(self, members: Sequence[Member]) -> None:
        """Hear how everyone stands, at each look at the fleet."""
        ...

    def assessed(self, capacity: Capacity) -> str:
        """Hear of a new map; return the W3C trace context of its assessment."""
        ...
