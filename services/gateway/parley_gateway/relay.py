"""One reply's way into Discord, as a state machine: text and time in, edits out. Pure.

It compares what shall stand in Discord with what does and names the next edit; so the newest text always wins, and an
edit that would change nothing is never made. Attempts are never spliced: after `restart` the shown messages stay until
the new attempt has caught up with them or has ended; then they are rewritten from page 1.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from parley_gateway.buttons import Buttons
from parley_gateway.edits import Adopted, Create, Due, Edit, Ending, EndKind, FailureKind, Remove, Replace, Standing
from parley_gateway.layout import Layout
from parley_gateway.pacer import Urgency
from parley_gateway.pages import SEAL
from parley_gateway.redrawn import Redrawn
from parley_gateway.screen import Screen, Wanted

_STANDING = {
    EndKind.COMPLETE: Standing.WHOLE,
    EndKind.STOPPED: Standing.STOPPED,
    EndKind.FAILED: Standing.FAILED,
}
_SELDOM = 5.0
"""Between two tries while Discord is away for longer, in seconds."""


@dataclass(frozen=True, slots=True)
class Cadence:
    """When text is shown.

    first_characters: so much text makes the first message at once. first_wait: so long after the first token less text
    makes it, in seconds. seldom_after: so long without an accepted edit until tries become seldom; give_up_after: so long
    in all until there are none any more, in seconds. seal: a page's length, in UTF-16 units. most_pages: a longer reply
    becomes a file; 0: none does.
    """

    first_characters: int = 20
    first_wait: float = 0.7
    seldom_after: float = 30.0
    give_up_after: float = 900.0
    seal: int = SEAL
    most_pages: int = 4


class Relay:
    """One reply. rejected: what it says when Discord refuses the text itself."""

    def __init__(
        self,
        *,
        rejected: Ending,
        layout: Layout | None = None,
        attempt: int = 1,
        adopted: Adopted | None = None,
        cadence: Cadence | None = None,
    ) -> None:
        self._rejected = rejected
        self._layout = layout or Layout()
        self._cadence = cadence or Cadence()
        self._adopted = adopted or Adopted()
        self._screen = Screen(self._adopted)
        self._attempt = attempt
        self._pages = Redrawn(self._cadence.seal)
        self._before: tuple[int, Redrawn] | None = None  # the attempt on the screen while a newer one catches up
        self._first_token: float | None = None
        self._visible = False
        self._ending: Ending | None = None
        self._kept: int | None = None  # so many messages stay as they are, only words follow
        self._failing_since: float | None = None
        self._not_before = float("-inf")
        self._lost: Standing | None = None

    @property
    def attempt(self) -> int:
        """The attempt that is shown, or waits to be."""
        return self._attempt

    @property
    def message_ids(self) -> tuple[str, ...]:
        """The messages that stand, first page first."""
        return self._screen.message_ids

    @property
    def visible(self) -> bool:
        """Whether text of this reply was ever taken by Discord."""
        return self._visible

    @property
    def shown_offset(self) -> int:
        """How much of the attempt's text can be seen, in code points."""
        return self._screen.offset(self._attempt)

    @property
    def standing(self) -> Standing | None:
        """What stands at the end; None while edits are to come."""
        if self._lost is not None or self._ending is None:
            return self._lost
        if self._screen.difference(self._wanted(self._ending), ended=True) is not None:
            return None
        return Standing.REJECTED if self._ending is self._rejected else _STANDING[self._ending.kind]

    def feed(self, text: str, now: float) -> bool:
        """Take a piece of the attempt's text. Return whether the next edit may be due sooner than was said.

        Text after the end is not shown.
        """
        if self._ending is not None:
            return False
        before = self._outlook()
        self._pages.feed(text)
        if self._first_token is None:
            self._first_token = now
        return self._outlook() != before

    def restart(self, attempt: int) -> None:
        """Begin again with another attempt; what is shown stays until it has caught up."""
        if self._ending is not None:
            return
        if not self._holding:
            self._before = (self._attempt, self._pages)
        self._attempt, self._pages = attempt, Redrawn(self._cadence.seal)

    def finish(self, ending: Ending) -> None:
        """End the reply; the first ending counts."""
        if self._ending is not None:
            return
        self._ending = ending
        self._screen.forget_refusals()
        if ending.kind is EndKind.COMPLETE or (self._pages.shown(ended=True) and not self._holding):
            return
        if self._before is not None:  # too little came of the new attempt: the text that is there is kept
            self._attempt, self._pages = self._before
        elif self._screen.unknown and (self._holding or self._adopted.answered):
            self._kept = len(self._screen)

    def abandon(self) -> None:
        """Make no further edit: what it answers is gone."""
        self._lost = self._lost or Standing.ABANDONED

    def next_edit(self) -> Due | None:
        """Return the next edit, or None when there is nothing to do until text or the end comes."""
        if self._lost is not None or (self._ending is None and self._holding):
            return None
        wanted = self._wanted(self._ending)
        edit = self._screen.difference(wanted, ended=self._ending is not None, former=self._adopted.former)
        if edit is None:
            return None
        return Due(edit, self._urgency(edit, wanted), self._earliest())

    def applied(self, edit: Edit, message_id: str) -> None:
        """Note that Discord took an edit of this message."""
        self._screen.apply(edit, message_id)
        self._failing_since, self._not_before = None, float("-inf")
        if not isinstance(edit, Remove) and edit.content is not None:
            self._visible = True

    def failed(self, edit: Edit, kind: FailureKind, now: float) -> None:
        """Note that Discord did not take an edit."""
        if kind is FailureKind.TRANSIENT:
            self._screen.doubt(edit)
            self._failed_for_now(now)
        elif not isinstance(edit, Remove) and edit.file and kind is not FailureKind.GONE:
            self._layout = replace(self._layout, lengthy=None)  # no file here: the rest comes as further messages
        elif kind is FailureKind.FORBIDDEN:
            self._lost = Standing.FORBIDDEN
        elif isinstance(edit, Remove):  # gone already, or not for us to remove
            self._screen.apply(edit, "")
        elif kind is FailureKind.GONE:
            self._lost = Standing.ABANDONED
        else:
            self._refused(edit)

    def _failed_for_now(self, now: float) -> None:
        """Keep the newest text for the next try; an answer is not lost because Discord is away for a while."""
        if self._failing_since is None:
            self._failing_since = now
        failing = now - self._failing_since
        if failing >= self._cadence.give_up_after:
            self._lost = self._lost or Standing.UNREACHABLE
        elif failing >= self._cadence.seldom_after:
            self._not_before = now + _SELDOM

    def _refused(self, edit: Create | Replace) -> None:
        """Wait for another text; at the end leave what stands and say so in other words."""
        self._screen.refuse(edit)
        if self._ending is None or edit.index >= len(self._wanted(self._ending)):
            return
        if self._ending is self._rejected:
            self._lost = Standing.REJECTED
        else:
            self._ending, self._kept = self._rejected, len(self._screen)

    @property
    def _holding(self) -> bool:
        return self._pages.length < self._screen.length_of_others(self._attempt)

    def _outlook(self) -> tuple[bool, bool, int]:
        """What decides when the next edit is due, and how urgent it is."""
        return self._holding, self._pages.length >= self._cadence.first_characters, self._pages.sealed_count

    def _earliest(self) -> float:
        enough = self._pages.length >= self._cadence.first_characters
        if self._visible or enough or self._ending is not None or self._first_token is None:
            return self._not_before
        return self._first_token + self._cadence.first_wait

    def _urgency(self, edit: Edit, wanted: list[Wanted]) -> Urgency:
        if self._ending is not None:
            return Urgency.FINAL
        if isinstance(edit, Replace) and not wanted[edit.index].sealed:
            return Urgency.GROWING
        return Urgency.SEALING

    def _wanted(self, ending: Ending | None) -> list[Wanted]:
        """Return all messages as they shall stand now."""
        if ending is None:
            return self._growing()
        if self._kept is not None:
            return [*self._untold(self._kept, ()), self._words(ending)]
        return self._layout.ended(self._pages, self._attempt, ending)

    def _growing(self) -> list[Wanted]:
        """Return the messages while the text grows; those of a former reply stay until there is text."""
        if not self._adopted.former:
            return self._layout.growing(self._pages, self._attempt, len(self._screen))
        wanted = self._layout.growing(self._pages, self._attempt, 0)
        return wanted or self._untold(len(self._screen), self._layout.buttons)

    def _untold(self, messages: int, buttons: Buttons) -> list[Wanted]:
        """Leave texts that are not ours as they are; only the buttons change, of a former reply those of its last."""
        others = None if self._adopted.former else buttons
        untold = [Wanted(None, others, 0, self._attempt)] * messages
        return [*untold[:-1], Wanted(None, buttons, 0, self._attempt)] if untold else []

    def _words(self, ending: Ending) -> Wanted:
        return Wanted(ending.alone, ending.buttons, self._pages.length, self._attempt)
