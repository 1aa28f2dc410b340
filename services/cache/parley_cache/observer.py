"""What the core tells about its work; metrics and span attributes are made of it at the edge."""

from __future__ import annotations

from enum import Enum
from typing import Protocol

from parley_cache.store.port import Figures


class Result(Enum):
    """What became of a claim."""

    HIT = "hit"
    FOLLOW = "follow"
    LEAD = "lead"
    DUPLICATE = "duplicate"
    REFUSED = "refused"


class Observer(Protocol):
    """Sees what happens."""

    def claimed(self, turn_id: str) -> None:
        """A stream is about this turn."""
        ...

    def decided(self, result: Result) -> None:
        """A new turn got its answer: once for each."""
        ...

    def refused(self, reason: str) -> None:
        """A new turn was refused: once for each, besides `decided` where it was claimed."""
        ...

    def promoted(self) -> None:
        """A follower became the leader."""
        ...

    def adopted(self) -> None:
        """An orphan found a new holder."""
        ...

    def filled(self, figures: Figures) -> None:
        """So full is the store."""
        ...
