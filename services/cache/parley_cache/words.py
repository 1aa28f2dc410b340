"""What the cache says to a holder, as frozen values; the wire turns them into messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from parley_cache.model import Message, Posted, RefusalReason, Source, State, TextEnd


@dataclass(frozen=True, slots=True)
class Repeated:
    """Somebody else holds or has done the turn; the last word."""

    state: State


@dataclass(frozen=True, slots=True)
class Renewed:
    """The lease stands for `valid_for` seconds from when the holder sent what this answers."""

    number: int
    lease: str
    valid_for: float


@dataclass(frozen=True, slots=True)
class Refused:
    """The turn is refused; it may be claimed again in `free_in` seconds, where that is known."""

    reason: RefusalReason
    free_in: float | None = None


@dataclass(frozen=True, slots=True)
class Queued:
    """So many turns go before this one."""

    position: int


@dataclass(frozen=True, slots=True)
class Opened:
    """The turn may go on."""

    conversation_id: str
    revision: int
    started_by: str
    window: Sequence[Message]
    source: Source
    attempt: int
    offset: int
    posted: tuple[Posted, ...]
    link: str


@dataclass(frozen=True, slots=True)
class Piece:
    """Text of a followed or stored log."""

    attempt: int
    offset: int
    text: str


@dataclass(frozen=True, slots=True)
class Restarted:
    """The log begins again."""

    attempt: int


@dataclass(frozen=True, slots=True)
class StopRequested:
    """The turn shall stop; with `others_read`, only its display."""

    by: str
    others_read: bool


@dataclass(frozen=True, slots=True)
class Committed:
    """The turn is done."""

    revision: int


Word = Repeated | Renewed | Refused | Queued | Opened | Piece | Restarted | TextEnd | StopRequested | Committed
