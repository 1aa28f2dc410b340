"""How long this holder may write to Discord: counted from when it sent what the cache answered. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from parley_gateway.claims import Renewed


@dataclass(slots=True)
class Lease:
    """The lease of one turn. Times are monotonic seconds."""

    name: str = ""
    until: float = 0.0
    length: float = math.inf
    unanswered_since: float | None = None
    _asked_at: float = 0.0
    _number: int = 0
    _sent: dict[int, float] = field(default_factory=dict)

    def claim(self, now: float) -> None:
        """Note that the claim is sent; it is number 0, and numbers begin anew on its stream."""
        self._number, self._sent, self.unanswered_since, self._asked_at = 0, {0: now}, now, now

    def renew(self, now: float) -> int:
        """Return the next Renew's number and note when it is sent."""
        self._number += 1
        self._sent[self._number] = self._asked_at = now
        if self.unanswered_since is None:
            self.unanswered_since = now
        return self._number

    def renewed(self, answer: Renewed) -> None:
        """Take an answer: valid from when its question was sent, whenever the answer came."""
        sent = self._sent.get(answer.number)
        if sent is None:
            return
        self.name = answer.lease
        self.length = answer.valid_for.total_seconds()
        self.until = max(self.until, sent + self.length)
        self._sent = {number: at for number, at in self._sent.items() if number > answer.number}
        self.unanswered_since = min(self._sent.values(), default=None)

    def pace(self, every: float) -> float:
        """Return how often to renew: `every` seconds, or a third of a lease that is short, so that two may get lost."""
        return min(every, self.length / 3)

    def due(self, now: float, every: float) -> bool:
        """Whether it is time to renew."""
        return now - self._asked_at >= self.pace(every)

    def valid(self, now: float) -> bool:
        """Whether the turn is ours now."""
        return bool(self.name) and now < self.until

    def unanswered_for(self, now: float) -> float:
        """Return for how many seconds a claim or a Renew is unanswered; 0 when none is."""
        return 0.0 if self.unanswered_since is None else now - self.unanswered_since
