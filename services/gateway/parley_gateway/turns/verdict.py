"""How a turn's text ended, in the words of its ending. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from parley_gateway.claims import Broke, Cut, Refused, Result, Whole
from parley_gateway.edits import Ending
from parley_gateway.endings import Endings
from parley_gateway.texts import Texts


@dataclass(slots=True)
class Verdict:
    """The endings of one turn. reference: its trace id; without_memory: the cache was silent."""

    texts: Texts
    reference: str
    without_memory: bool = False

    @property
    def endings(self) -> Endings:
        """The words."""
        return Endings(self.texts, self.reference or "-")

    def of(self, result: Result | Refused, now: datetime) -> Ending:
        """Return the ending for how the text ended, or why there is none."""
        match result:
            case Whole(stop_reason):
                return self.endings.complete(stop_reason, memory_silent=self.without_memory)
            case Cut():
                return self.endings.stopped()
            case Broke(reason, _, retry_after):
                return self.endings.failed(reason, now + retry_after if retry_after else None)
            case Refused(reason, free_at):
                return self.endings.failed(reason, free_at)
