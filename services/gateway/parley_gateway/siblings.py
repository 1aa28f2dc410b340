"""The gateways that live, as the capacity map names them, and which of them goes first for a channel. Pure.

All gateways hear every event. The one that goes first opens the turn at once, so that the edits of a channel share one
pacer; the others come a moment later, in case it is not there after all. Where no map tells who lives, everybody goes
first: the claim still lets one of them answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from parley_gateway.ranking import ranked


@dataclass(frozen=True, slots=True)
class Patience:
    """How long those wait who do not go first, in seconds. event: with a new question; orphan: with a turn whose
    gateway is gone; stale: a list whose stream broke holds so long.
    """

    event: float = 0.15
    orphan: float = 2.0
    stale: float = 5.0


@dataclass(slots=True)
class Siblings:
    """What this gateway knows of all. own: its instance. Times are monotonic seconds."""

    own: str
    patience: Patience = field(default_factory=Patience)
    _living: tuple[str, ...] = ()
    _lost_at: float | None = None

    def update(self, living: Iterable[str]) -> None:
        """Take a new list of those who live and do not end soon."""
        self._living, self._lost_at = tuple(living), None

    def lost(self, now: float) -> None:
        """Note that nobody tells any more who lives."""
        if self._lost_at is None:
            self._lost_at = now

    def first(self, channel_id: str, now: float) -> bool:
        """Whether this gateway goes first in a channel."""
        unknown = not self._living or (self._lost_at is not None and now - self._lost_at > self.patience.stale)
        return unknown or ranked(channel_id, self._living)[0] == self.own

    def wait(self, channel_id: str, now: float, *, adopted: bool) -> float:
        """Return for how many seconds others go before us; 0 when nobody does."""
        if self.first(channel_id, now):
            return 0.0
        return self.patience.orphan if adopted else self.patience.event
