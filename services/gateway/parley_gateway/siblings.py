"""The gateways that live, as the capacity map names them, and which of them goes first for a channel. Pure.

All gateways hear every event. The one that goes first opens the turn at once, so that the edits of a channel share one
pacer; the others come a moment later, in case it is not there after all. Where no map tells who lives, everybody goes
first: the claim still lets one of them answer. Where no cache takes a claim either, only the last list is left to go by.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from parley_gateway.ranking import ranked

EVENT_WAIT, ORPHAN_WAIT = 0.15, 2.0
"""How long those who do not go first wait with a new question, and with a turn whose gateway is gone, in seconds."""
BLIND_SHARE = 0.5
STALE_AFTER = 5.0
"""A list whose stream broke holds so long, in seconds."""


@dataclass(slots=True)
class Siblings:
    """What this gateway knows of all. own: its instance. apart: Discord tells each of other channels, since they hold
    different shards. Times are monotonic seconds.
    """

    own: str
    apart: bool = False
    _living: tuple[str, ...] = ()
    _lost_at: float | None = None

    def update(self, living: Iterable[str]) -> None:
        """Take a new list of those who live and do not end soon."""
        self._living, self._lost_at = tuple(living), None

    def lost(self, now: float) -> None:
        """Note that nobody tells any more who lives."""
        if self._lost_at is None:
            self._lost_at = now

    def share(self, now: float) -> float:
        """Return which part of what all gateways may do together is ours. Where nobody tells who lives it is as it was, but
        half at most.
        """
        known = 1 / len({*self._living, self.own})  # one that ends soon is not told of, but still works
        return min(known, BLIND_SHARE) if self._unknown(now) else known

    def first(self, channel_id: str, now: float) -> bool:
        """Whether this gateway goes first in a channel of which it is told."""
        return self.apart or self.chosen(channel_id, now)

    def outranked(self, channel_id: str, now: float) -> bool:
        """Whether another one went first in a channel when last somebody told who lives, which nobody does any more."""
        return not self.apart and self._stale(now) and ranked(channel_id, self._living)[:1] not in ((), (self.own,))

    def chosen(self, task: str, now: float) -> bool:
        """Whether it is this gateway that does what only one of all needs to do."""
        return self._unknown(now) or ranked(task, self._living)[0] == self.own

    def wait(self, channel_id: str, now: float, *, adopted: bool) -> float:
        """Return for how many seconds others go before us; 0 when nobody does."""
        if self.first(channel_id, now):
            return 0.0
        return ORPHAN_WAIT if adopted else EVENT_WAIT

    def _unknown(self, now: float) -> bool:
        return not self._living or self._stale(now)

    def _stale(self, now: float) -> bool:
        return self._lost_at is not None and now - self._lost_at > STALE_AFTER
