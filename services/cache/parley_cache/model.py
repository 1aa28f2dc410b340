"""What a gateway tells about a turn, as frozen values; the wire turns protobuf into these and back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum


class State(Enum):
    """The state of a turn."""

    QUEUED = "queued"
    OPENED = "opened"
    REFUSED = "refused"
    ENDED = "ended"


class Source(Enum):
    """Where the text of a turn comes from."""

    LEAD = "lead"
    FOLLOW = "follow"
    STORED = "stored"


class Outcome(Enum):
    """How a turn ended for its member."""

    ANSWERED = "answered"
    STOPPED = "stopped"
    FAILED = "failed"
    REFUSED = "refused"
    ABANDONED = "abandoned"


class OriginKind(Enum):
    """The kind of Discord event that began a turn."""

    MESSAGE = "message"
    INTERACTION = "interaction"


class Mode(Enum):
    """Whether a stored or running answer may serve a turn."""

    USE = "use"
    REFRESH = "refresh"
    NEVER = "never"


class Scope(Enum):
    """Among whom an answer is shared."""

    CHANNEL = "channel"
    GUILD = "guild"
    EVERYWHERE = "everywhere"


class PostedKind(Enum):
    """What a posted Discord message is."""

    NOTICE = "notice"
    PAGE = "page"
    FILE = "file"
    NOTIFICATION = "notification"


class RefusalReason(Enum):
    """Why a turn is refused; FORGOTTEN: its holder was told, the store no longer knows."""

    QUOTA = "quota"
    QUEUE_FULL = "queue_full"
    STALE = "stale"
    FORGOTTEN = "forgotten"


class Role(Enum):
    """Who said a message of a conversation."""

    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file by reference."""

    message_id: str
    attachment_id: str
    filename: str
    content_type: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Posted:
    """A Discord message of a turn; an empty `message_id`: it was removed."""

    kind: PostedKind
    index: int
    message_id: str


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a question was asked, by whom; the token and the name are never logged.

    requester_id: who wants this answer and is charged for it, where that is not the author.
    """

    kind: OriginKind
    guild_id: str
    channel_id: str
    message_id: str
    author_id: str
    author_name: str
    locale: str
    interaction_token: str = field(repr=False)
    traceparent: str
    asked_at: datetime | None
    requester_id: str = ""

    @property
    def charged_id(self) -> str:
        """The member who is charged."""
        return self.requester_id or self.author_id

    @property
    def question_id(self) -> str:
        """The Discord message that asks; empty for an interaction without one."""
        return self.message_id if self.kind is OriginKind.MESSAGE else ""


@dataclass(frozen=True, slots=True)
class Named:
    """A conversation that names itself: a direct message or a thread."""

    id: str


@dataclass(frozen=True, slots=True)
class ReplyTo:
    """The conversation of the message that the question replies to."""

    message_id: str


@dataclass(frozen=True, slots=True)
class Recent:
    """The asker's own conversation in a channel, if its last turn is at most `within` old."""

    channel_id: str
    user_id: str
    within: timedelta


Reference = Named | ReplyTo | Recent


@dataclass(frozen=True, slots=True)
class Policy:
    """Who may share the answer, and whether a stored one is welcome."""

    mode: Mode
    scope: Scope


@dataclass(frozen=True, slots=True)
class Opening:
    """All that began a turn; an adopter gets it whole.

    `rewind_to`: the turn from before which to answer again; empty: none. `expected_revision`: the conversation's as
    its member saw it; 0: whatever it is.
    """

    turn_id: str
    reference: Reference
    origin: Origin
    prompt: str
    attachments: tuple[Attachment, ...]
    model: str
    system_prompt: str
    max_output_tokens: int
    policy: Policy
    rewind_to: str = ""
    expected_revision: int = 0


@dataclass(frozen=True, slots=True)
class Have:
    """What a holder has when it opens a turn again.

    `offset` in code points of `attempt`; `revision`: the one that it was told it would commit, 0: none.
    """

    state: State
    source: Source | None
    attempt: int
    offset: int
    posted: tuple[Posted, ...]
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens that one reply used."""

    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0

    @property
    def worked(self) -> int:
        """Tokens that Claude had to work for; what its prompt cache gave is a tenth of the price and not counted."""
        return self.input_tokens + self.cache_write_tokens + self.output_tokens

    def plus(self, other: Usage) -> Usage:
        """Return both together."""
        return Usage(
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.cache_read_tokens + other.cache_read_tokens,
            self.cache_write_tokens + other.cache_write_tokens,
        )


@dataclass(frozen=True, slots=True)
class Finished:
    """Claude stopped by itself."""

    stop_reason: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """A member stopped it."""


@dataclass(frozen=True, slots=True)
class Failed:
    """It failed, for a reason of the executor's table."""

    reason: str
    retryable: bool
    retry_after: timedelta | None


@dataclass(frozen=True, slots=True)
class TextEnd:
    """How the text of an attempt ended; `cost` in millionths of a US dollar, 0 where unknown."""

    attempt: int
    result: Finished | Stopped | Failed
    usage: Usage | None = None
    cost: int = 0


@dataclass(frozen=True, slots=True)
class Message:
    """A message of a conversation; author fields are empty for Claude. `posted`: where its turn's answer stands."""

    role: Role
    text: str
    turn_id: str
    author_id: str = ""
    author_name: str = ""
    attachments: tuple[Attachment, ...] = ()
    posted: tuple[Posted, ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """The right to act on a turn: its lease, and who holds that."""

    turn_id: str
    lease: str
    holder: str
