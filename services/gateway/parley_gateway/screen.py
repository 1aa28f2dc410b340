"""What stands in Discord of one reply, and the next edit that brings it to what shall stand there. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from parley_gateway.buttons import Buttons
from parley_gateway.edits import Adopted, Create, Edit, Remove, Replace


@dataclass(frozen=True, slots=True)
class Wanted:
    """A message as it shall stand. content, buttons None: as they are. covers: the attempt's text up to its end, in code
    points. file: the text of the file that it carries; empty: none.
    """

    content: str | None
    buttons: Buttons | None
    covers: int
    attempt: int
    sealed: bool = False
    file: str = ""


@dataclass(slots=True)
class Shown:
    """A message as it stands. content, buttons, attempt, file None: not known. refused: a text that Discord rejected."""

    message_id: str
    content: str | None = None
    buttons: Buttons | None = None
    covers: int = 0
    attempt: int | None = None
    refused: str | None = None
    file: str | None = None

    def shows(self, wanted: Wanted) -> bool:
        """Whether an edit would change nothing, or only what was rejected already."""
        if wanted.content is not None and wanted.content == self.refused:
            return True
        same_text = wanted.content is None or wanted.content.rstrip() == (self.content or "").rstrip()
        same_file = wanted.content is None or wanted.file == self.file
        return same_text and same_file and (wanted.buttons is None or wanted.buttons == self.buttons)

    def new_file(self, wanted: Wanted) -> str | None:
        """Return the file that an edit must bring, empty to take one away; None: what there is may stay."""
        return None if wanted.content is None or wanted.file == self.file else wanted.file


class Screen:
    """The messages of one reply, in order."""

    def __init__(self, adopted: Adopted) -> None:
        # what stands first is a notice or a page: it never carries a file
        self._messages = [Shown(one, file=None if index else "") for index, one in enumerate(adopted.message_ids)]
        self._refused: str | None = None
        self._uncertain = not adopted.certain
        self._tried: list[Create] = []  # creations without a clear answer: the message may stand as one of them says
        if self._messages:
            self._messages[-1].covers = adopted.length

    def __len__(self) -> int:
        return len(self._messages)

    @property
    def message_ids(self) -> tuple[str, ...]:
        """The messages, first page first."""
        return tuple(message.message_id for message in self._messages)

    def length_of_others(self, attempt: int) -> int:
        """Return how much text of other attempts can be seen, in code points."""
        return max((message.covers for message in self._messages if message.attempt != attempt), default=0)

    @property
    def unknown(self) -> bool:
        """Whether a message stands there whose text is not known."""
        return any(message.content is None for message in self._messages)

    def offset(self, attempt: int) -> int:
        """Return how much of an attempt's text can be seen without a gap, in code points."""
        seen = 0
        for message in self._messages:
            if message.attempt != attempt:
                break
            seen = message.covers
        return seen

    def difference(self, wanted: Sequence[Wanted], *, ended: bool, former: bool = False) -> Edit | None:
        """Return the next edit, or None when all stands as wanted. Surplus messages go at the end only.

        A growing attempt soon needs them again, and Discord takes a second create with the same nonce for the first.
        former: what is not known shows another reply, under names of its own, and goes as soon as it is too much.
        """
        for index, (want, have) in enumerate(zip(wanted, self._messages, strict=False)):
            if not have.shows(want):
                return Replace(index, want.content, want.buttons or (), want.covers, want.attempt, have.new_file(want))
        if len(wanted) > len(self._messages):
            return self._creation(wanted[len(self._messages)])
        if len(self._messages) > len(wanted) and (ended or (former and self._messages[-1].content is None)):
            return Remove(len(self._messages) - 1)
        return self._tried[-1] if ended and self._tried else None  # the same nonce finds what may stand, to remove it

    def apply(self, edit: Edit, message_id: str) -> None:
        """Note that Discord took an edit."""
        match edit:
            case Create() if self._uncertain or any(tried != edit for tried in self._tried):
                self._messages.append(Shown(message_id, covers=edit.covers, attempt=edit.attempt))
                self._tried.clear()
            case Create():
                self._tried.clear()
                self._messages.append(
                    Shown(message_id, edit.content, edit.buttons, edit.covers, edit.attempt, file=edit.file)
                )
            case Replace(content=None):
                self._messages[edit.index].buttons = edit.buttons
            case Replace():
                known = self._messages[edit.index]
                file = known.file if edit.file is None else edit.file
                self._messages[edit.index] = Shown(
                    known.message_id, edit.content, edit.buttons, edit.covers, edit.attempt, file=file
                )
            case Remove():
                del self._messages[edit.index :]

    def refuse(self, edit: Create | Replace) -> None:
        """Note that Discord rejected an edit, so that only another text is tried."""
        if isinstance(edit, Create):
            self._refused = edit.content
            self._tried.clear()
        else:
            self._messages[edit.index].refused = edit.content

    def doubt(self, edit: Edit) -> None:
        """Note that an edit failed in a way that may hide a success."""
        if isinstance(edit, Create):
            self._tried.append(edit)

    def forget_refusals(self) -> None:
        """Let what was rejected be tried once more."""
        self._refused = None
        for message in self._messages:
            message.refused = None

    def _creation(self, want: Wanted) -> Create | None:
        assert want.content is not None, "a message that does not exist has no text to keep"
        if want.content == self._refused:
            return None
        return Create(len(self._messages), want.content, want.buttons or (), want.covers, want.attempt, want.file)
