"""What the cache tells of conversations, turns and usage when it is asked. Frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from parley_gateway.claims import Posted, TurnState
from parley_gateway.model import Said, Usage


@dataclass(frozen=True, slots=True)
class Remembered:
    """A conversation. messages: how many are remembered; window: what Claude would see of them, oldest first."""

    conversation_id: str
    started_by: str
    revision: int
    messages: int
    window: tuple[Said, ...]
    active: tuple[str, ...]
    queued: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and its answer. last: nothing was said after it. model: empty where it is not known any more.

    turn_id: of the newest turn that answers the question, if it was answered once more.
    """

    turn_id: str
    conversation_id: str
    revision: int
    last: bool
    state: TurnState
    question: Said
    answer: Said | None
    posted: tuple[Posted, ...]
    model: str


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What is forgotten now."""

    conversations: int
    messages: int


@dataclass(frozen=True, slots=True)
class Removed:
    """A turn that was taken out of its conversation, with what it left in Discord."""

    posted: tuple[Posted, ...]
    revision: int


class QuotaKind(Enum):
    """What a quota limits."""

    MESSAGES = "messages"
    TOKENS_DAY = "tokens_day"
    TOKENS_MONTH = "tokens_month"
    COST_DAY = "cost_day"
    COST_MONTH = "cost_month"


@dataclass(frozen=True, slots=True)
class Quota:
    """A limit: messages, tokens or millionths of a US dollar in a period. free_at: when one may ask again; None: now."""

    kind: QuotaKind
    limit: int
    period: timedelta
    left: int
    free_at: datetime | None


@dataclass(frozen=True, slots=True)
class Spent:
    """What was used in a time. since: when it began; None: nothing was used."""

    since: datetime | None
    messages: int
    answers: int
    usage: Usage


@dataclass(frozen=True, slots=True)
class Account:
    """What a member or a guild used, and what is left."""

    day: Spent
    month: Spent
    quotas: tuple[Quota, ...]
