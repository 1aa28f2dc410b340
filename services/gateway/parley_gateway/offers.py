"""What can be done about an answer when it has ended: which buttons stand under it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from parley_gateway.buttons import Action, Button, Buttons
from parley_gateway.claims import Broke, Cut, Refused, Result, Source, Whole

CUT_SHORT = frozenset({"max_tokens", "model_context_window_exceeded"})
"""Claude's reasons to stop where there is more to say."""
HOPELESS = frozenset({"UPSTREAM_AUTH", "BILLING", "MODEL_NOT_FOUND", "PROMPT_TOO_LONG", "INVALID_REQUEST"})
"""The same again would fail again."""
SHARED = frozenset({Source.STORED, Source.FOLLOW})
"""The text was not made for this question."""


@dataclass(slots=True)
class Offers:
    """What one turn offers.

    source, revision: as the cache opened it; reworded: the question was changed meanwhile.
    """

    turn_id: str
    author_id: str
    source: Source = Source.LEAD
    revision: int = 0
    reworded: bool = False

    def under(self, result: Result | Refused, *, talked: bool) -> Buttons:
        """Return the buttons. talked: there is text."""
        match result:
            case Whole(stop_reason):
                return self._answered(more=talked and stop_reason in CUT_SHORT)
            case Cut():
                return self._answered(more=talked)
            case Broke(reason) if reason not in HOPELESS or self.reworded:
                return self.failed()
            case _:
                return ()

    def failed(self) -> Buttons:
        """Return the buttons after an error: nothing of the turn is remembered, so nothing can be stale."""
        action = Action.ANEW if self.reworded else Action.RETRY
        return (Button(action, self.turn_id, self.author_id),)

    def _answered(self, *, more: bool) -> Buttons:
        again = Button(self._again, self.turn_id, self.author_id, self.revision)
        on = Button(Action.CONTINUE, self.turn_id, self.author_id, self.revision)
        return (on, again) if more else (again,)

    @property
    def _again(self) -> Action:
        if self.reworded:
            return Action.ANEW
        return Action.AFRESH if self.source in SHARED else Action.REGENERATE
