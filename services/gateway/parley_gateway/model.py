"""The gateway's values: what was asked, what Claude is given and says, how a turn ends. Frozen, plain."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, StrEnum


@dataclass(frozen=True, slots=True)
class Named:
    """A conversation that names itself, such as a DM's."""

    conversation_id: str


@dataclass(frozen=True, slots=True)
class RepliesTo:
    """The conversation that a Discord message belongs to, or a new one."""

    message_id: str


@dataclass(frozen=True, slots=True)
class Recent:
    """The asker's own recent conversation in a channel, or a new one."""

    channel_id: str
    user_id: str
    within: timedelta


Reference = Named | RepliesTo | Recent
"""How a question tells which conversation it belongs to."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file by reference. message_id: that carries it; size: in bytes, as Discord tells it. url: short-lived, of the
    event that told of it; empty where it must be asked for again.
    """

    message_id: str
    attachment_id: str
    filename: str
    content_type: str
    size: int
    url: str = field(default="", repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Rewind:
    """Answer a turn once more, in its own messages. revision: of the conversation as whoever wants it saw it; 0: any.

    answered: an answer stands there, which is kept until there is another.
    """

    turn_id: str
    revision: int = 0
    answered: bool = False


class Trigger(Enum):
    """What made the bot listen."""

    MENTION = "mention"
    REPLY = "reply"
    DIRECT = "dm"
    THREAD = "thread"
    FREE = "free"
    COMMAND = "command"
    """An interaction: a command, a menu, a button."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """A question addressed to the bot: all that is needed to answer it, here or at a sibling.

    turn_id: the id of the Discord message or interaction that asks. message_id: of the message that the answer replies
    to; empty if there is none. guild_id: empty in a direct message. text: without the bot's own mention, other mentions
    as @name. asked_at: by Discord's clock. received_at: by ours. traceparent: of the gateway that took it first; empty
    before a trace is there. interaction_token: secret, of an interaction that its answer is shown by. rewinds: the turn
    whose answer this one replaces. requester_id: who wants this answer and is charged for it, where that is not the
    author. model: that was asked for with the question; empty: what is set counts. afresh: a
    stored answer will not do.
    """

    turn_id: str
    channel_id: str
    message_id: str
    guild_id: str
    author_id: str
    author_name: str
    locale: str
    text: str
    reference: Reference
    asked_at: datetime
    received_at: datetime
    traceparent: str = ""
    attachments: tuple[Attachment, ...] = ()
    interaction_token: str = field(default="", repr=False)
    rewinds: Rewind | None = None
    requester_id: str = ""
    model: str = ""
    afresh: bool = False
    trigger: Trigger = field(default=Trigger.COMMAND, compare=False)

    @property
    def event(self) -> str:
        """What began it, as Discord names events."""
        return "MESSAGE_CREATE" if self.turn_id == self.message_id else "INTERACTION_CREATE"


@dataclass(frozen=True, slots=True)
class Said:
    """An earlier message of a conversation; author empty: Claude's. turn_id: that it belongs to."""

    text: str
    author_id: str = ""
    author_name: str = ""
    turn_id: str = ""
    attachments: tuple[Attachment, ...] = ()

    @property
    def by_claude(self) -> bool:
        """Whether Claude said it."""
        return not self.author_id


@dataclass(frozen=True, slots=True)
class Usage:
    """What one reply used: tokens, and its cost in millionths of a US dollar, 0 where unknown."""

    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    cost: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.cache_read_tokens + other.cache_read_tokens,
            self.cache_write_tokens + other.cache_write_tokens,
            self.cost + other.cost,
        )


class Outcome(StrEnum):
    """How a turn ended for its member."""

    ANSWERED = "answered"
    STOPPED = "stopped"
    FAILED = "failed"
    REFUSED = "refused"
    ABANDONED = "abandoned"


class Speaker(Enum):
    """Who says a message to Claude."""

    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture, as its bytes say."""

    content_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Paper:
    """A PDF."""

    filename: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Line:
    """One message of what Claude is given. files: stand before the text."""

    speaker: Speaker
    text: str
    files: tuple[Picture | Paper, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """What an executor is asked for. deadline: for the whole reply."""

    turn_id: str
    conversation_id: str
    model: str
    system: tuple[str, ...]
    lines: tuple[Line, ...]
    max_output_tokens: int
    deadline: timedelta


@dataclass(frozen=True, slots=True)
class Started:
    """Claude accepted the request. usage: of the input. output_price: of a million tokens, in millionths of a US dollar."""

    engine: str
    model: str
    usage: Usage = field(default_factory=Usage)
    output_price: int = 0


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of text."""

    text: str


@dataclass(frozen=True, slots=True)
class Completed:
    """Claude ended by itself."""

    stop_reason: str
    usage: Usage


@dataclass(frozen=True, slots=True)
class Failed:
    """The reply broke after it had started."""

    reason: str
    retryable: bool = False
    retry_after: timedelta | None = None


ExecutionEvent = Started | Delta | Completed | Failed
"""What an executor says, in this order: Started, any number of Delta, one Completed or Failed."""


@dataclass(frozen=True, slots=True)
class Model:
    """A model that may be asked for. id: at Claude's API; name: for people; aliases: further ids that executors take."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()


class Tier(Enum):
    """What members may expect."""

    NORMAL = "normal"
    BUSY = "busy"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Seat:
    """One executor as the monitor sees it. free: slots that may be taken."""

    instance: str
    address: str
    slots: int
    free: int
    draining: bool = False
    stale: bool = False


@dataclass(frozen=True, slots=True)
class CapacityMap:
    """What there is to run Claude on. estimate: how long a turn without a slot waits at a guess. gateways: the instances
    of those that live and do not end soon.
    """

    tier: Tier
    seats: tuple[Seat, ...]
    traceparent: str = ""
    estimate: timedelta | None = None
    gateways: tuple[str, ...] = ()


class Stage(Enum):
    """Where a live turn is."""

    CLAIMING = "claiming"
    QUEUED = "queued"
    WAITING = "waiting"
    ANSWERING = "answering"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class TurnView:
    """One turn as operators see it; never its text."""

    turn_id: str
    channel_id: str
    trace_id: str
    stage: Stage
    asked_at: datetime
    accepted_at: datetime
    source: str = ""
    outcome: str = ""
    reason: str = ""
    executor: str = ""
    message_ids: tuple[str, ...] = ()
    first_text_at: datetime | None = None
    ended_at: datetime | None = None
