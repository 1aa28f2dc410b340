"""From what a turn is and what its holder was told: what to say next. Pure.

A holder hears differences only, so nothing depends on which cache, which stream or which wake-up says them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from parley_cache.model import Source, State
from parley_cache.views import LogView, OpenedView, Seen, StopView, View
from parley_cache.words import Committed, Opened, Piece, Queued, Refused, Restarted, StopRequested, Word
from parley_kit.faults import Internal


@dataclass(frozen=True, slots=True)
class Told:
    """What a holder was told in this stream; `attempt` 0: no text yet."""

    seen: Seen = field(default_factory=Seen)
    position: int | None = None
    refused: bool = False
    ended: bool = False
    stop: StopView | None = None
    committed: bool = False


def is_over(told: Told, view: View) -> bool:
    """Tell whether nothing will ever be said again."""
    return told.committed and not view.feeds


def say(told: Told, view: View) -> tuple[Told, list[Word]]:
    """Return what to say, and what the holder knows then."""
    words: list[Word] = []
    for step in (_state, _opened, _text, _stop):
        told, more = step(told, view)
        words += more
    return told, words


def _state(told: Told, view: View) -> tuple[Told, list[Word]]:
    if view.state is State.ENDED and not told.committed:
        return replace(told, committed=True), [Committed(view.revision)]
    if view.refusal is not None and view.state is State.REFUSED and not told.refused:
        return replace(told, refused=True), [Refused(view.refusal, view.free_in)]
    if view.position is not None and view.position != told.position:
        return replace(told, position=view.position), [Queued(view.position)]
    return told, []


def _opened(told: Told, view: View) -> tuple[Told, list[Word]]:
    opened, log = view.opened, view.log
    if opened is None:
        return told, []
    if log is None or view.source is None:
        raise Internal("NO_LOG", "An opened turn has no reply log.")
    words: list[Word] = [_opening(opened, log, view.source)]
    if view.source is not Source.LEAD and told.seen.attempt not in {0, log.attempt}:
        words.append(Restarted(log.attempt))
    seen = Seen(opened.serial, log.attempt, told.seen.offset if told.seen.attempt == log.attempt else 0)
    return replace(told, seen=seen, ended=False), words


def _opening(opened: OpenedView, log: LogView, source: Source) -> Opened:
    return Opened(
        conversation_id=opened.conversation_id,
        revision=opened.revision,
        started_by=opened.started_by,
        window=opened.window,
        source=source,
        attempt=log.attempt,
        offset=log.length,
        posted=opened.posted,
        link=opened.link,
    )


def _text(told: Told, view: View) -> tuple[Told, list[Word]]:
    log = view.log
    if log is None or view.source is Source.LEAD or view.state is not State.OPENED or told.ended:
        return told, []
    words = list(_restarted(told, log))
    if log.piece:
        words.append(Piece(log.attempt, log.start, log.piece))
    ended = log.end is not None and log.is_read_up
    if ended and log.end is not None:
        words.append(log.end)
    seen = Seen(told.seen.serial, log.attempt, log.start + len(log.piece))
    return replace(told, seen=seen, ended=ended), words


def _restarted(told: Told, log: LogView) -> Iterator[Word]:
    if told.seen.attempt != log.attempt:
        yield Restarted(log.attempt)


def _stop(told: Told, view: View) -> tuple[Told, list[Word]]:
    stop, former = view.stop, told.stop
    if stop is None or stop == former:
        return told, []
    if former is not None and not former.others_read:
        return told, []
    by = stop.by if former is None else ""
    return replace(told, stop=stop), [StopRequested(by, stop.others_read)]
