"""What a gateway and the cache say to each other about one turn that is held (contract.md, HoldTurn)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from parley_gateway.model import Outcome, Prompt, Said, Usage
from parley_gateway.terms import Terms


class TurnState(Enum):
    """The state of a turn at the cache."""

    UNKNOWN = "unknown"
    QUEUED = "queued"
    OPENED = "opened"
    REFUSED = "refused"
    ENDED = "ended"


class Source(Enum):
    """Where a turn's text comes from."""

    UNKNOWN = ""
    LEAD = "lead"
    FOLLOW = "follow"
    STORED = "stored"


class PostedKind(Enum):
    """What a Discord message of a turn is."""

    NOTICE = "notice"
    PAGE = "page"
    FILE = "file"
    NOTIFICATION = "notification"

    @property
    def answers(self) -> bool:
        """Whether it shows a part of the answer."""
        return self in (PostedKind.PAGE, PostedKind.FILE)


@dataclass(frozen=True, slots=True)
class Posted:
    """A Discord message of the turn exists; message_id empty: it was removed."""

    kind: PostedKind
    index: int
    message_id: str


@dataclass(frozen=True, slots=True)
class Have:
    """What a holder has when it opens a turn again. offset: code points of the attempt's text. revision: of `Opened`."""

    state: TurnState
    source: Source
    attempt: int
    offset: int
    posted: tuple[Posted, ...]
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Open:
    """Claims a turn, or claims it again after its stream broke."""

    prompt: Prompt
    terms: Terms
    have: Have | None = None


@dataclass(frozen=True, slots=True)
class Adopt:
    """Claims an orphan by the lease that ran out."""

    turn_id: str
    lease: str


@dataclass(frozen=True, slots=True)
class Renew:
    """Keeps the lease; counts up from 1."""

    number: int


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of an attempt's text; offset in code points."""

    attempt: int
    offset: int
    text: str


@dataclass(frozen=True, slots=True)
class Whole:
    """Claude stopped by itself."""

    stop_reason: str


@dataclass(frozen=True, slots=True)
class Cut:
    """A member stopped it."""


@dataclass(frozen=True, slots=True)
class Broke:
    """It failed. reason: from the executor's table or ours."""

    reason: str
    retryable: bool = False
    retry_after: timedelta | None = None


Result = Whole | Cut | Broke
"""How an attempt's text ended."""


@dataclass(frozen=True, slots=True)
class TextEnd:
    """An attempt's text is closed."""

    attempt: int
    result: Result
    usage: Usage = field(default_factory=Usage)


@dataclass(frozen=True, slots=True)
class End:
    """The last edit stands. shown_offset: code points of the text that the member saw."""

    outcome: Outcome
    shown_offset: int


@dataclass(frozen=True, slots=True)
class Release:
    """The lease ends now: hand-over at shutdown."""


Step = Open | Adopt | Renew | Text | TextEnd | Posted | End | Release
"""What the holder says."""


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Somebody else holds or has done the turn."""

    state: TurnState


@dataclass(frozen=True, slots=True)
class Renewed:
    """The lease. number: of the Renew that this answers, 0 for the claim. valid_for: from when that was sent."""

    number: int
    lease: str
    valid_for: timedelta


@dataclass(frozen=True, slots=True)
class Refused:
    """The turn is refused. reason: QUOTA, QUEUE_FULL or STALE."""

    reason: str
    free_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Queued:
    """The conversation is busy; so many turns go before this one."""

    position: int


@dataclass(frozen=True, slots=True)
class Opened:
    """The turn may go on. window: earlier messages, oldest first. link: trace of the leader or of the first try.

    revision: of the conversation, as this turn will commit it; 0: unknown.
    """

    conversation_id: str
    source: Source
    attempt: int
    offset: int = 0
    started_by: str = ""
    window: tuple[Said, ...] = ()
    posted: tuple[Posted, ...] = ()
    link: str = ""
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Restarted:
    """The followed log begins again with another attempt."""

    attempt: int


@dataclass(frozen=True, slots=True)
class StopRequested:
    """A member wants the turn stopped. others_read: keep producing until this comes again with false."""

    by: str
    others_read: bool


@dataclass(frozen=True, slots=True)
class Committed:
    """The turn is committed."""


Event = Duplicate | Renewed | Refused | Queued | Opened | Text | TextEnd | Restarted | StopRequested | Committed
"""What the cache says."""


@dataclass(frozen=True, slots=True)
class Orphan:
    """A turn whose lease ran out. posted: what its holder had put into Discord."""

    opening: Open
    lease: str
    state: TurnState
