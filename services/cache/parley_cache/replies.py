"""Reply logs: who reads, who leads, what is kept. Rules over `Tables`.

A stored answer is a finished log, a shared one a log with several readers. One turn leads a log; a new attempt
replaces the text of the former, the two are never spliced.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from enum import IntEnum

from parley_cache import leases, metering, shelf, storing
from parley_cache.model import Failed, Have, Mode, Source, State, Stopped, TextEnd
from parley_cache.records import Log, Turn
from parley_cache.store.tables import Tables, turn_subject
from parley_kit.faults import Exhausted, OutOfRange, Precondition


class Doubt(IntEnum):
    """How doubtful it is that a follower with a valid lease goes on: its holder has not shown itself since, is the
    one that lost the leader, or both.
    """

    NONE = 0
    SOME = 1
    OF_HOLDER = 2
    GREAT = 3


ATTEMPTS_EXHAUSTED = "ATTEMPTS_EXHAUSTED"
"""The reason of a reply whose leaders died one after the other."""


def attach(tables: Tables, turn: Turn) -> Turn:
    """Decide where the text of a turn that opens comes from: hit, follow or lead."""
    has_history = turn.window[0] != turn.window[1]
    # whom a member stopped while it waited, nobody shall follow
    key = None if has_history or turn.stopped_by is not None else turn.key
    if key is not None:
        log = _serving(tables, turn, key)
        if log is not None:
            return _read(tables, turn, log, key)
        if turn.restore is None:
            storing.count_miss(tables)
    shown = turn.restore.attempt if turn.restore is not None else 0
    return lead(tables, turn, key, keeps=True, attempt=shown + 1)


def _serving(tables: Tables, turn: Turn, key: bytes) -> Log | None:
    restored = tables.live(_restored(key)) if turn.restore is not None and turn.restore.attempt else None
    log_id = restored or storing.stored_log(tables, turn, key) or _running(tables, turn, key)
    return tables.log(log_id) if log_id is not None else None


def _running(tables: Tables, turn: Turn, key: bytes) -> str | None:
    """Return the open log of a key; not the one that others still read of a turn that is answered again: it is no other
    answer.
    """
    live, rewinds = tables.live(key), turn.opening.rewind_to
    former = tables.turn(rewinds) if live is not None and rewinds else None
    return live if former is None or former.log != live else None


def is_there(tables: Tables, key: bytes | None, mode: Mode) -> bool:
    """Tell whether an answer is stored, or one that runs can be followed; for a question without history."""
    if key is None:
        return False
    return (mode is Mode.USE and shelf.has(tables, key)) or tables.live(key) is not None


def _restored(key: bytes) -> bytes:
    return b"restored:" + key


def _read(tables: Tables, turn: Turn, log: Log, key: bytes) -> Turn:
    source = Source.STORED if log.end is not None else Source.FOLLOW
    if source is Source.STORED:
        storing.count_hit(tables, key)
    else:
        storing.count_follow(tables)
    turn = replace(turn, state=State.OPENED, log=log.id, source=source, link=log.link)
    tables.put_turn(turn)
    tables.add_reader(log.id, turn.id)
    if log.end is None and _is_leaderless(tables, log):
        promote(tables, log)
    return tables.turn(turn.id) or turn


def _is_leaderless(tables: Tables, log: Log) -> bool:
    leader = tables.turn(log.leader)
    return leader is None or leader.lease.lapsed


def lead(tables: Tables, turn: Turn, key: bytes | None, *, keeps: bool, attempt: int = 1) -> Turn:
    """Begin a log that this turn leads."""
    log = Log(
        id=f"{turn.id}.{turn.lease.id}",
        leader=turn.id,
        key=key,
        keeps=keeps and key is not None,
        link=turn.opening.origin.traceparent,
        attempt=attempt,
        begun=tables.now,
        groups=storing.groups(turn),
    )
    tables.put_log(log)
    if key is not None:
        tables.set_live(key, log.id)
    return replace(turn, state=State.OPENED, log=log.id, source=Source.LEAD)


def lead_restored(tables: Tables, turn: Turn, have: Have) -> Turn:
    """Begin a forgotten log again, for the leader that still produces it.

    Unless its holder knows that there was no history (its revision was the first), its text may rest on one that the
    store forgot too: then it is not stored, and only the readers that it had find it again.
    """
    first = have.revision == 1
    key = turn.key if turn.key is None or first else _restored(turn.key)
    if key is not None and tables.live(key) is not None:
        key = None
    return lead(tables, turn, key, keeps=first, attempt=max(1, have.attempt))


def append(tables: Tables, turn: Turn, attempt: int, offset: int, text: str) -> None:
    """Add what is new of a leader's piece. A piece of a former attempt, or of a former leader, is dropped.

    Raises OutOfRange when it begins past the log's end, Precondition past the last attempt, Exhausted when full.
    """
    log = _led(tables, turn)
    if log is None or attempt < log.attempt:
        return
    if attempt > log.attempt:
        log = _begin(tables, log, attempt)
    if offset > log.length:
        raise OutOfRange("TEXT_PAST_END", f"The log of this attempt ends at {log.length}.")
    new = text[log.length - offset :]
    if log.length + len(new) > tables.limits.log_characters:
        raise Exhausted("LOG_FULL", f"A reply may have {tables.limits.log_characters} characters.")
    if new:
        tables.append_text(log.id, new)
        tables.put_log(replace(log, length=log.length + len(new), size=log.size + len(new.encode())))


def _led(tables: Tables, turn: Turn) -> Log | None:
    log = tables.log(turn.log) if turn.log is not None else None
    return log if log is not None and log.leader == turn.id and log.end is None else None


def _begin(tables: Tables, log: Log, attempt: int) -> Log:
    if attempt > tables.limits.attempts:
        raise Precondition(ATTEMPTS_EXHAUSTED, f"A reply is tried {tables.limits.attempts} times.")
    tables.clear_text(log.id)
    log = replace(log, attempt=attempt, length=0, size=0)
    tables.put_log(log)
    return log


def finish(tables: Tables, turn: Turn, end: TextEnd) -> None:
    """Close the log that this turn leads, and book what it used; a repeated or a former leader's end is dropped."""
    log = _led(tables, turn)
    if log is None or end.attempt < log.attempt:
        return
    metering.book(tables, turn.opening.origin, end)
    if end.attempt > log.attempt:
        log = _begin(tables, log, end.attempt)
    _close(tables, log, end)


def _close(tables: Tables, log: Log, end: TextEnd) -> None:
    log = replace(log, end=end)
    tables.put_log(log)
    _drop_live(tables, log)
    drop_unused(tables, storing.keep(tables, log, end))
    leader = tables.turn(log.leader)
    if leader is not None:
        tables.put_turn(replace(leader, feeds=False))
    drop_if_unused(tables, log.id)


def _drop_live(tables: Tables, log: Log) -> None:
    if log.key is not None and tables.live(log.key) == log.id:
        tables.set_live(log.key, None)


def others_read(tables: Tables, log: Log) -> bool:
    """Tell whether a turn besides the leader's still wants this log."""
    return any(turn.stopped_by is None for turn in _readers(tables, log))


def _readers(tables: Tables, log: Log) -> Iterator[Turn]:
    """Yield the turns that read a log, oldest first: one alone, since it often is enough, then ever more at a time."""
    ids, size = list(tables.readers(log.id)), 1
    while ids:
        several, ids, size = ids[:size], ids[size:], 4 * size
        tables.foresee(turns=several)
        yield from (turn for turn in map(tables.turn, several) if turn is not None)


def promote(tables: Tables, log: Log, *, leaving: bool = False) -> bool:
    """Let a live follower lead in place of a leader that is gone; False: there is none, or it waits to be adopted.

    A holder that died holds its followers' leases for a while yet. So the first to lead is the oldest one of another
    holder that showed itself since; and none of the lost holder's own that did not, as long as the lost turn is an
    orphan, whose adopter leads: each of them might cost an attempt. `leaving`: the holder gave the lease back, and is
    about to do so with all others.
    """
    lost = tables.turn(log.leader)
    doubt, heir = _heir(tables, log, lost, leaving=leaving)
    if heir is None or (doubt is Doubt.GREAT and lost is not None and lost.state is not State.ENDED):
        return False
    lead_again(tables, log, heir)
    return True


def _heir(tables: Tables, log: Log, lost: Turn | None, *, leaving: bool) -> tuple[Doubt, Turn | None]:
    doubt, heir = Doubt.GREAT, None
    for turn in _readers(tables, log):
        if not _may_lead(tables, turn):
            continue
        found = _doubt(turn, lost, tables.limits.renewal, leaving=leaving)
        if heir is None or found < doubt:
            doubt, heir = found, turn
        if doubt is Doubt.NONE:
            break
    return doubt, heir


def _doubt(turn: Turn, lost: Turn | None, renewal: float, *, leaving: bool) -> Doubt:
    """Judge whether a follower's holder lives: one renewal and more after the leader's last, it does."""
    if lost is None:
        return Doubt.NONE
    showed = turn.lease.until > lost.lease.until + renewal
    if turn.lease.holder == lost.lease.holder:
        return Doubt.OF_HOLDER if showed and not leaving else Doubt.GREAT
    return Doubt.NONE if showed else Doubt.SOME


def _may_lead(tables: Tables, turn: Turn) -> bool:
    return turn.state is State.OPENED and turn.stopped_by is None and leases.is_valid(turn.lease, tables.now)


def lead_again(tables: Tables, log: Log, turn: Turn) -> None:
    """Begin the next attempt with this leader; past the last one the log ends with an error for all."""
    if log.attempt >= tables.limits.attempts:
        _give_up(tables, log)
        return
    if log.leader != turn.id:
        _step_down(tables, log)
        tables.drop_reader(log.id, turn.id)
    tables.clear_text(log.id)
    link = turn.opening.origin.traceparent
    tables.put_log(replace(log, leader=turn.id, attempt=log.attempt + 1, length=0, size=0, link=link))
    tables.put_turn(replace(turn, source=Source.LEAD, serial=turn.serial + 1, link=log.link))


def _give_up(tables: Tables, log: Log) -> None:
    _step_down(tables, log)
    _close(tables, log, TextEnd(log.attempt, Failed(ATTEMPTS_EXHAUSTED, retryable=True, retry_after=None)))


def _step_down(tables: Tables, log: Log) -> None:
    leader = tables.turn(log.leader)
    if leader is None:
        return
    if leader.state is State.ENDED:
        tables.put_turn(replace(leader, feeds=False))
        return
    tables.put_turn(replace(leader, source=Source.FOLLOW, serial=leader.serial + 1))
    tables.add_reader(log.id, leader.id)


def resume(tables: Tables, turn: Turn) -> Turn:
    """Find the text of an adopted turn again: a new attempt of its log, or what stands there."""
    log = tables.log(turn.log) if turn.log is not None else None
    if log is None:
        return attach(tables, turn)
    if log.end is None and log.leader == turn.id:
        _resume_leading(tables, log, turn)
    elif log.end is None and _is_leaderless(tables, log):
        promote(tables, log)
    elif log.leader == turn.id:
        _reread(tables, log, turn)
    return tables.turn(turn.id) or turn


def _resume_leading(tables: Tables, log: Log, turn: Turn) -> None:
    if turn.stopped_by is not None and not others_read(tables, log):
        # what the member saw when pressing Stop stands: no further attempt for nobody
        _reread(tables, log, turn)
        _close(tables, log, TextEnd(log.attempt, Stopped()))
    else:
        lead_again(tables, log, turn)


def _reread(tables: Tables, log: Log, turn: Turn) -> None:
    tables.add_reader(log.id, turn.id)
    tables.put_turn(replace(turn, source=Source.FOLLOW, serial=turn.serial + 1))


def lose_leader(tables: Tables, turn: Turn, *, leaving: bool) -> None:
    """A lease lapsed: if its turn led an open log, a live follower takes over. `leaving`: it was given back."""
    log = _led(tables, turn)
    if log is not None and not promote(tables, log, leaving=leaving):
        drop_if_unused(tables, log.id)


def leave(tables: Tables, turn: Turn) -> None:
    """A turn ended or was stopped: it no longer counts as a reader."""
    if turn.log is None:
        return
    if turn.state is State.ENDED:
        tables.drop_reader(turn.log, turn.id)
    quit_if_unread(tables, turn.log)
    drop_if_unused(tables, turn.log)


def quit_if_unread(tables: Tables, log_id: str) -> None:
    """When the leader's member and all others left: no newcomer may follow what is about to be stopped."""
    log = tables.log(log_id)
    leader = tables.turn(log.leader) if log is not None and log.end is None else None
    if log is None or leader is None:
        return
    if (leader.stopped_by is not None or leader.state is State.ENDED) and not others_read(tables, log):
        _drop_live(tables, log)
        tables.tell(turn_subject(leader.id))


def drop_if_unused(tables: Tables, log_id: str) -> None:
    """Forget a log that nobody reads, leads or stores."""
    log = tables.log(log_id)
    if log is None or shelf.keeps(tables, log.key, log_id) or next(iter(tables.readers(log_id)), None) is not None:
        return
    leader = tables.turn(log.leader)
    if leader is None or (leader.state is State.ENDED and (not leader.feeds or leader.lease.lapsed)):
        _drop_live(tables, log)
        tables.drop_log(log_id)


def drop_unused(tables: Tables, log_ids: Sequence[str]) -> None:
    """Forget those logs that nobody reads, leads or stores."""
    tables.foresee(logs=log_ids)
    logs = [log for log in map(tables.log, log_ids) if log is not None]
    tables.foresee(turns=[log.leader for log in logs], keys=[log.key for log in logs if log.key is not None])
    for log_id in log_ids:
        drop_if_unused(tables, log_id)


def expire(tables: Tables, limit: int) -> None:
    """Forget up to `limit` stored replies whose time is over."""
    drop_unused(tables, shelf.take_stale(tables, limit))
