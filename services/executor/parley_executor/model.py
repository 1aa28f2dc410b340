"""The values that the executor works on: a conversation to answer, and what comes back of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum

from parley_executor.reasons import Reason


class Role(Enum):
    """Who said a message."""

    USER = "user"
    ASSISTANT = "assistant"


class Urgency(Enum):
    """Whether somebody watches the reply come in."""

    INTERACTIVE = "interactive"
    BACKGROUND = "background"


class Effort(Enum):
    """How much Claude thinks before it answers, rising; as Claude's API names it, OFF apart."""

    OFF = ""
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    XHIGH = "xhigh"
    MAX = "max"


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What Claude's API tells of a model: the name that it goes by, how much it takes, in which ways it thinks.

    Tokens are 0 where unknown. efforts: the levels that it takes, rising; thinking: the values of thinking.type that
    it takes; both are empty where unknown.
    """

    id: str
    display_name: str = ""
    max_input_tokens: int = 0
    max_output_tokens: int = 0
    efforts: tuple[Effort, ...] = ()
    thinking: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of text, never empty."""

    text: str


@dataclass(frozen=True, slots=True)
class Image:
    """A picture of a media type that Claude sees, such as image/png."""

    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Document:
    """A PDF, or text in UTF-8, under the name that Claude is told."""

    content_type: str
    content: bytes
    filename: str


Part = Text | Image | Document


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation; it has at least one part."""

    role: Role
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Request:
    """A conversation to answer. The last message is a user's.

    model: as Claude's API names it, aliases resolved; system: the system prompt in blocks, from the stable to the
    changing; trace: headers that carry the trace context to Claude; max_output_tokens: the most tokens of the reply,
    thinking included.
    """

    turn_id: str
    conversation_id: str
    model: str
    system: tuple[str, ...]
    messages: tuple[Message, ...]
    max_output_tokens: int
    effort: Effort = Effort.OFF
    urgency: Urgency = Urgency.INTERACTIVE
    trace: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of a reply; input_tokens are those that no prompt cache served or kept."""

    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0


@dataclass(frozen=True, slots=True)
class ReplyStarted:
    """Claude accepted the request; waited: seconds until a slot was free. usage: of the input. cost, of that, and
    output_price, of a million output tokens: in millionths of a US dollar; None where the model's price is unknown.
    """

    engine: str
    model: str
    waited: float
    usage: Usage = field(default_factory=Usage)
    cost: int | None = None
    output_price: int | None = None


@dataclass(frozen=True, slots=True)
class ReplyText:
    """A piece of the reply, never empty."""

    text: str


@dataclass(frozen=True, slots=True)
class ReplyCompleted:
    """The reply ended well. Seconds count from the accepted call; first_text is None for an empty reply.

    cost: in millionths of a US dollar; None where the model's price is unknown.
    """

    stop_reason: str
    usage: Usage
    first_text: float | None
    total: float
    cost: int | None = None


@dataclass(frozen=True, slots=True)
class ReplyFailed:
    """The reply broke after it had started; what was said of it is no answer."""

    reason: Reason
    retryable: bool
    retry_after: timedelta | None


ReplyEvent = ReplyStarted | ReplyText | ReplyCompleted | ReplyFailed
