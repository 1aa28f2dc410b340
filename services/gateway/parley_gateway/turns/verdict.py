"""How a turn's text ended, in the words of its ending. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from parley_gateway.claims import Broke, Cut, Refused, Result, Source, Whole
from parley_gateway.edits import Ending
from parley_gateway.endings import Endings
from parley_gateway.offers import Offers
from parley_gateway.texts import Key, Texts

ORIGINS = {Source.STORED: Key.STORED, Source.FOLLOW: Key.SHARED}
"""What is said of a text that was not made for this question."""


@dataclass(slots=True)
class Verdict:
    """The endings of one turn. reference: its trace id; without_memory: the cache was silent. remark: more small print."""

    texts: Texts
    reference: str
    offers: Offers
    without_memory: bool = False
    remark: str = ""

    @property
    def endings(self) -> Endings:
        """The words."""
        return Endings(self.texts, self.reference or "-")

    def of(self, result: Result | Refused, now: datetime, *, talked: bool = True) -> Ending:
        """Return the ending for how the text ended, or why there is none. talked: there is text."""
        ending = replace(self._words(result, now), buttons=self.offers.under(result, talked=talked))
        return self._with_change(self._with_remark(ending))

    def rejected(self) -> Ending:
        """Return the ending for a text that Discord refuses."""
        return replace(self.endings.rejected(), buttons=self.offers.failed())

    def _words(self, result: Result | Refused, now: datetime) -> Ending:
        match result:
            case Whole(stop_reason):
                return self.endings.complete(stop_reason, self._notes())
            case Cut():
                return self.endings.stopped()
            case Broke(reason, _, retry_after):
                return self.endings.failed(reason, now + retry_after if retry_after else None)
            case Refused(reason, free_at):
                return self.endings.failed(reason, free_at)

    def _notes(self) -> list[Key]:
        notes = [Key.MEMORY_SILENT] if self.without_memory else []
        return notes + ([ORIGINS[self.offers.source]] if self.offers.source in ORIGINS else [])

    def _with_remark(self, ending: Ending) -> Ending:
        if not self.remark:
            return ending
        return replace(ending, note=f"{self.remark}\n{ending.note}".strip(), alone=f"{ending.alone}\n{self.remark}")

    def _with_change(self, ending: Ending) -> Ending:
        """Say that the question was changed, where its button stands."""
        if not (self.offers.reworded and ending.buttons):
            return ending
        words = self.texts.render(Key.REWORDED)
        return replace(ending, note=f"{ending.note}\n{words}".strip(), alone=f"{ending.alone}\n{words}")
