"""What a relay says and hears: edits of Discord messages, endings, failures. Frozen values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from parley_gateway.buttons import Buttons
from parley_gateway.pacer import Urgency
from parley_gateway.pages import HARD_LIMIT, width


@dataclass(frozen=True, slots=True)
class Create:
    """Post page `index` (from 0), whose text reaches up to `covers` code points of the attempt's. file: it carries, if any."""

    index: int
    content: str
    buttons: Buttons
    covers: int
    attempt: int
    file: str = ""


@dataclass(frozen=True, slots=True)
class Replace:
    """Rewrite page `index`; content None: leave its text, which is not known, and change the buttons only.

    file: that it carries from now on, empty: none; None: leave what there is.
    """

    index: int
    content: str | None
    buttons: Buttons
    covers: int
    attempt: int
    file: str | None = None


@dataclass(frozen=True, slots=True)
class Remove:
    """Delete page `index`, always the last."""

    index: int


Edit = Create | Replace | Remove


@dataclass(frozen=True, slots=True)
class Due:
    """The next edit, and when it may be made at the earliest (seconds, monotonic)."""

    edit: Edit
    urgency: Urgency
    at: float


class EndKind(Enum):
    """How a reply ended."""

    COMPLETE = "complete"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Ending:
    """How a reply ended, in the member's words.

    note: lines under the text, or "". alone: what stands when there is no text; never empty, so that every reply ends
    visibly. buttons: under the last message.
    """

    kind: EndKind
    note: str
    alone: str
    buttons: Buttons = ()

    def __post_init__(self) -> None:
        if not self.alone.strip():
            raise ValueError("a reply without text needs words of its own")
        if max(width(self.note), width(self.alone)) > HARD_LIMIT:
            raise ValueError(f"an ending's words fit into one message, {HARD_LIMIT} UTF-16 units")


class FailureKind(Enum):
    """Why Discord did not take an edit."""

    GONE = "gone"
    FORBIDDEN = "forbidden"
    REJECTED = "rejected"
    TRANSIENT = "transient"


class Standing(Enum):
    """What stands in Discord at the end. ABANDONED: a message or its channel is gone. REJECTED: nothing was taken.
    UNREACHABLE: Discord was away for so long that the rest came too late.
    """

    WHOLE = "whole"
    STOPPED = "stopped"
    FAILED = "failed"
    UNREACHABLE = "unreachable"
    ABANDONED = "abandoned"
    FORBIDDEN = "forbidden"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Adopted:
    """Messages that stand already, from another holder's work or as a notice, with words that are not known.

    length: how much text of the reply they show, in code points; 0: none, so that even an error takes their place.
    certain: no other message of the reply can exist. If one may, what a create returns may be that older message, since
    Discord takes a create with a known nonce for a repetition; so its text is written once more.
    former: they show another reply, in whose place this one comes: the first text removes what is too much of it.
    answered: that reply said something, which is kept as long as there is nothing better.
    """

    message_ids: Sequence[str] = ()
    length: int = 0
    certain: bool = True
    former: bool = False
    answered: bool = False
