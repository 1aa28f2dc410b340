"""What a holder may know of its turn, read in one operation. A projection over `Tables`; changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from parley_cache import conversations, replies, turns
from parley_cache.model import Have, Held, Message, Opening, Posted, RefusalReason, Source, State, TextEnd
from parley_cache.records import Log, Turn
from parley_cache.store.tables import Tables

PIECE = 65_536
"""The most code points in one piece of text, as the contract bounds it."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the holder was told already: the serial of its last Opened, and how much of which attempt's text."""

    serial: int = -1
    attempt: int = 0
    offset: int = 0


@dataclass(frozen=True, slots=True)
class OpenedView:
    """What an opened turn must know; present while `serial` differs from what was seen."""

    serial: int
    conversation_id: str
    started_by: str
    revision: int
    window: Sequence[Message]
    posted: tuple[Posted, ...]
    link: str


@dataclass(frozen=True, slots=True)
class LogView:
    """The turn's reply log: `piece` is what comes at `start`, for those who read."""

    id: str
    attempt: int
    length: int
    start: int
    piece: str
    end: TextEnd | None

    @property
    def is_read_up(self) -> bool:
        """Whether the piece reaches the log's end."""
        return self.start + len(self.piece) >= self.length


@dataclass(frozen=True, slots=True)
class StopView:
    """A member (or nobody) wants the turn stopped."""

    by: str
    others_read: bool


@dataclass(frozen=True, slots=True)
class View:
    """A turn as its holder sees it now."""

    state: State
    source: Source | None
    position: int | None
    refusal: RefusalReason | None
    opened: OpenedView | None
    log: LogView | None
    stop: StopView | None
    revision: int
    feeds: bool
    free_in: float | None = None


UNKNOWN = -1
"""The attempt of a holder that has text which may be another's: the log is told from its beginning."""


def first(have: Have | None, *, knows: bool) -> Seen:
    """Return what a holder was told before its stream began."""
    if have is None or have.attempt == 0:
        return Seen()
    return Seen(attempt=have.attempt, offset=have.offset) if knows else Seen(attempt=UNKNOWN)


def look(tables: Tables, right: Held, seen: Seen) -> View:
    """Read the turn that this lease fences; the text goes on where the holder stands."""
    turn = turns.held(tables, right)
    log = tables.log(turn.log) if turn.log is not None else None
    leads = log is not None and log.leader == turn.id and log.end is None
    return View(
        state=turn.state,
        source=turn.source,
        position=conversations.position(tables, turn) if turn.state is State.QUEUED else None,
        refusal=turn.refusal,
        opened=_opened(tables, turn) if turn.state is State.OPENED and turn.serial != seen.serial else None,
        log=_log(tables, turn, log, seen) if log is not None else None,
        stop=_stop(tables, turn, log),
        revision=turn.revision,
        feeds=turn.feeds and leads,
        free_in=max(0.0, turn.free_at - tables.now) if turn.free_at is not None else None,
    )


def _opened(tables: Tables, turn: Turn) -> OpenedView:
    conversation = tables.conversation(turn.conversation)
    started_by = conversation.started_by if conversation is not None else ""
    return OpenedView(
        turn.serial,
        turn.conversation,
        started_by or turn.opening.origin.author_id,
        turn.revision,
        tables.messages(turn.conversation, *turn.window),
        turn.posted,
        turn.link,
    )


def _log(tables: Tables, turn: Turn, log: Log, seen: Seen) -> LogView:
    start = seen.offset if seen.attempt == log.attempt else 0
    reads = turn.source is not Source.LEAD and turn.state is State.OPENED
    piece = tables.text(log.id, start, min(start + PIECE, log.length)) if reads else ""
    return LogView(log.id, log.attempt, log.length, start, piece, log.end)


def _stop(tables: Tables, turn: Turn, log: Log | None) -> StopView | None:
    if turn.state is State.ENDED and not turn.feeds:
        return None
    if log is not None and log.leader == turn.id and log.end is None:
        return _leader_stop(tables, turn, log)
    return StopView(turn.stopped_by, others_read=False) if turn.stopped_by is not None else None


def _leader_stop(tables: Tables, turn: Turn, log: Log) -> StopView | None:
    if turn.stopped_by is None and turn.state is not State.ENDED:
        return None
    others_read = replies.others_read(tables, log)
    if turn.stopped_by is not None:
        return StopView(turn.stopped_by, others_read)
    return None if others_read else StopView("", others_read=False)


@dataclass(frozen=True, slots=True)
class Orphan:
    """A turn whose lease lapsed: what began it, what was posted, where its text stands."""

    opening: Opening
    lease: str
    state: State
    source: Source | None
    attempt: int
    offset: int
    posted: tuple[Posted, ...]
    revision: int = 0


def orphan(tables: Tables, turn: Turn) -> Orphan:
    """Describe an orphan to those who may adopt it."""
    log = tables.log(turn.log) if turn.log is not None else None
    attempt, offset = (log.attempt, log.length) if log is not None else (0, 0)
    return Orphan(turn.opening, turn.lease.id, turn.state, turn.source, attempt, offset, turn.posted, turn.revision)
