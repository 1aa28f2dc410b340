"""Turns: claim, keep, hand over, end. Rules over `Tables`, each one atomic operation.

A turn has one holder, whose lease fences what it says. It ends by `end`, or its lease lapses and somebody adopts it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from parley_cache import admission, conversations, direct_channels, leases, replies, rewinding, tokens, unanswered
from parley_cache.leases import Lease
from parley_cache.model import (
    Have,
    Held,
    Opening,
    Outcome,
    Posted,
    RefusalReason,
    Source,
    State,
    TextEnd,
)
from parley_cache.records import Restore, Turn
from parley_cache.store.tables import EXPIRY, Tables
from parley_kit.faults import Conflict, NotFound, Unavailable


@dataclass(frozen=True, slots=True)
class Ask:
    """A holder's wish for a turn; `lease` is the fresh name that its lease will have.

    `full`: there is no room for another answer; only one that is there already can be given. `asked_ago`: how old the
    question is, in seconds, where its holder comes back with it.
    """

    opening: Opening
    holder: str
    lease: str
    key: bytes | None = None
    have: Have | None = None
    full: bool = False
    asked_ago: float = 0.0

    @property
    def turn_id(self) -> str:
        """The turn that is wished for."""
        return self.opening.turn_id


@dataclass(frozen=True, slots=True)
class Grant:
    """The turn is held.

    `knows`: what the holder has is still true, so that its text goes on where it stands; `fresh`: nobody asked
    for this turn before.
    """

    held: Held
    knows: bool
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Somebody else holds or has done the turn."""

    state: State


def claim(tables: Tables, ask: Ask) -> Grant | Duplicate:
    """Claim a turn, or claim it again.

    Raises Conflict when somebody else holds what `have` speaks of, Exhausted when there is no room for a new one.
    """
    turn = tables.turn(ask.opening.turn_id)
    if turn is None:
        return _restore(tables, ask, ask.have) if ask.have is not None else _begin(tables, ask)
    if turn.lease.holder == ask.holder and (ask.have is not None or turn.state is not State.ENDED):
        return _go_on(tables, turn, ask)
    if ask.have is None or turn.state is State.ENDED:
        return Duplicate(turn.state)
    if leases.is_valid(turn.lease, tables.now):
        raise Conflict("HELD_ELSEWHERE", "Somebody else holds this turn.")
    return _take_over(tables, replace(turn, strange=True), _lease(tables, ask.lease, ask.holder))


def _lease(tables: Tables, name: str, holder: str) -> Lease:
    return Lease(name, holder, tables.now + tables.limits.lease)


def _begin(tables: Tables, ask: Ask) -> Grant:
    if ask.full:
        admission.demand_room(tables, ask.key, ask.opening.policy.mode)
    turn = _new(tables, ask)
    turn = admission.refused(tables, turn) or admission.enter(tables, turn)
    tables.put_turn(turn)
    return _granted(turn, knows=True, fresh=True)


def _new(tables: Tables, ask: Ask) -> Turn:
    direct_channels.note(tables, ask.opening.origin)
    conversation = conversations.find(tables, ask.opening)
    lease = _lease(tables, ask.lease, ask.holder)
    turn = Turn(ask.opening, conversation.id, lease, State.QUEUED, key=ask.key)
    return tokens.noted(turn, tables.now, ask.asked_ago)


def _granted(turn: Turn, *, knows: bool, fresh: bool = False) -> Grant:
    return Grant(Held(turn.id, turn.lease.id, turn.lease.holder), knows, fresh)


def _go_on(tables: Tables, turn: Turn, ask: Ask) -> Grant:
    """The same holder is back: a new lease, so that its former stream is fenced off, and nothing else changes."""
    turn = replace(turn, lease=_lease(tables, ask.lease, ask.holder))
    if ask.have is not None:
        strange = turn.strange or not _may_have(turn, ask.have)
        turn = replace(turn, posted=_merged(turn.posted, ask.have.posted), strange=strange)
    tables.put_turn(turn)
    return _granted(turn, knows=not turn.strange)


def _may_have(turn: Turn, have: Have) -> bool:
    """Tell whether the text that a holder has can be that of its turn's log, as far as the store remembers.

    Not, if it produced it and another one produces now; nor if it read it, and the store knows of no reading.
    """
    if have.source is Source.LEAD:
        return turn.source is Source.LEAD
    return have.attempt == 0 or turn.state is not State.QUEUED


def _merged(known: tuple[Posted, ...], told: tuple[Posted, ...]) -> tuple[Posted, ...]:
    for posted in told:
        known = _with(known, posted)
    return known


def _with(known: tuple[Posted, ...], posted: Posted) -> tuple[Posted, ...]:
    others = tuple(one for one in known if (one.kind, one.index) != (posted.kind, posted.index))
    return (*others, posted) if posted.message_id else others


def _restore(tables: Tables, ask: Ask, have: Have) -> Grant:
    """The store forgot this turn: producers go on at once, the others once these had time to come back."""
    turn = _new(tables, ask)
    for posted in have.posted:
        _index(tables, turn, posted)
    turn = replace(turn, posted=have.posted, link=ask.opening.origin.traceparent)
    if have.state is State.REFUSED:
        turn = replace(turn, state=State.REFUSED, refusal=RefusalReason.FORGOTTEN)
    elif have.source is Source.LEAD:
        conversations.catch_up(tables, turn.conversation, have.revision)
        turn = replies.lead_restored(tables, conversations.occupy(tables, turn), have)
    else:
        turn = replace(turn, restore=_patience(tables, have), strange=True)
    tables.put_turn(turn)
    return _granted(turn, knows=have.source is Source.LEAD)


def _patience(tables: Tables, have: Have) -> Restore:
    until = tables.now + tables.limits.renewal
    return Restore(until, opened=have.state is not State.QUEUED, attempt=have.attempt if have.source else 0)


@dataclass(frozen=True, slots=True)
class Adoption:
    """A wish for an orphan: `lapsed` names the lease that ran out, `lease` the one that replaces it."""

    turn_id: str
    lapsed: str
    holder: str
    lease: str


def adopt(tables: Tables, wish: Adoption) -> Grant:
    """Claim an orphan: compare-and-set on the lease that ran out.

    Raises NotFound when there is no such turn, Conflict when it is no orphan any more.
    """
    turn = tables.turn(wish.turn_id)
    if turn is None:
        raise NotFound("NO_SUCH_TURN", "There is no such turn.")
    if turn.state is State.ENDED or turn.lease.id != wish.lapsed or leases.is_valid(turn.lease, tables.now):
        raise Conflict("NOT_AN_ORPHAN", "Somebody else holds or has ended this turn.")
    return _take_over(tables, turn, _lease(tables, wish.lease, wish.holder))


def _take_over(tables: Tables, turn: Turn, lease: Lease) -> Grant:
    turn = replace(turn, lease=lease, serial=turn.serial + 1, link=turn.opening.origin.traceparent)
    tables.put_turn(turn)
    if turn.state is State.OPENED:
        tables.put_turn(replies.resume(tables, turn))
    return _granted(turn, knows=False)


def held(tables: Tables, right: Held) -> Turn:
    """Return the turn that this lease fences. Raises Conflict when it is another's, Unavailable when forgotten."""
    turn = tables.turn(right.turn_id)
    if turn is None:
        raise Unavailable("TURN_FORGOTTEN", "The store no longer knows this turn; open it again.")
    if (turn.lease.id, turn.lease.holder) != (right.lease, right.holder):
        raise Conflict("LEASE_LOST", "This lease was replaced by another.")
    return turn


def renew(tables: Tables, right: Held) -> None:
    """Keep the lease; one that ran out comes back if nobody took the turn."""
    turn = held(tables, right)
    tables.put_turn(replace(turn, lease=leases.renew(turn.lease, tables.now, tables.limits.lease)))


def append(tables: Tables, right: Held, attempt: int, offset: int, text: str) -> None:
    """Add a leader's piece of text; see `replies.append`."""
    replies.append(tables, held(tables, right), attempt, offset, text)


def finish(tables: Tables, right: Held, end: TextEnd) -> None:
    """Close the log that the turn leads; see `replies.finish`."""
    replies.finish(tables, held(tables, right), end)


def post(tables: Tables, right: Held, posted: Posted) -> None:
    """Note a Discord message of the turn, so that an adopter edits it and a reply to it finds the conversation."""
    turn = held(tables, right)
    tables.put_turn(replace(turn, posted=_with(turn.posted, posted)))
    _index(tables, turn, posted)


def _index(tables: Tables, turn: Turn, posted: Posted) -> None:
    if posted.message_id:
        tables.index_message(posted.message_id, turn.conversation)


def end(tables: Tables, right: Held, outcome: Outcome, shown: int) -> None:
    """Commit the turn and free its conversation; once more changes nothing."""
    turn = held(tables, right)
    if turn.state is not State.ENDED:
        _end(tables, turn, outcome, shown)


def _end(tables: Tables, turn: Turn, outcome: Outcome, shown: int) -> None:
    remembered = rewinding.settle(tables, turn, outcome, shown)
    revision = conversations.commit(tables, turn, remembered, shown)
    log = tables.log(turn.log) if turn.log is not None else None
    feeds = log is not None and log.leader == turn.id and log.end is None and not turn.lease.lapsed
    turn = replace(turn, state=State.ENDED, outcome=outcome, revision=revision, ended=tables.now)
    if outcome is Outcome.FAILED and not turn.forgotten:
        unanswered.keep(tables, turn.conversation, conversations.question(turn))
    turn = replace(turn, opening=_remains(turn.opening), feeds=feeds, restore=None, token_until=None)
    tables.put_turn(turn)
    conversations.leave(tables, turn)
    replies.leave(tables, turn)


def _remains(opening: Opening) -> Opening:
    """Return what is kept of an ended turn for so long that it is never answered twice: no words, no name, no token."""
    origin = replace(opening.origin, author_name="", interaction_token="")
    return replace(opening, origin=origin, prompt="", system_prompt="", attachments=())


def release(tables: Tables, right: Held) -> None:
    """Give the lease back now."""
    _lapse(tables, held(tables, right), leaving=True)
    tables.tell(EXPIRY)


def stop(tables: Tables, turn_id: str, by: str) -> State:
    """Note that a member wants the turn stopped; it reaches whoever holds or adopts it. Raises NotFound."""
    turn = tables.turn(turn_id)
    if turn is None:
        raise NotFound("NO_SUCH_TURN", "There is no such turn.")
    if turn.state is not State.ENDED and turn.stopped_by is None:
        turn = replace(turn, stopped_by=by)
        tables.put_turn(turn)
        replies.leave(tables, turn)
    return turn.state


def next_alarm(turn: Turn, done_for: float) -> float:
    """Return when a turn must be looked at again: its restoration, its lease's or its token's end, or that of its keeping."""
    alarm = _alarm(turn, done_for)
    return alarm if turn.token_until is None else min(alarm, turn.token_until)


def _alarm(turn: Turn, done_for: float) -> float:
    if turn.state is State.ENDED and not turn.feeds:
        return turn.ended + done_for
    if turn.lease.lapsed:
        return turn.lease.until + done_for
    return turn.lease.until if turn.restore is None else min(turn.restore.until, turn.lease.until)


def wake(tables: Tables, turn_id: str, *, lapses: bool) -> None:
    """Do what is due for a turn. `lapses` False: right after the store came back, no lease lapses."""
    turn = tables.turn(turn_id)
    if turn is None:
        return
    if tokens.is_worthless(turn, tables.now):
        tables.put_turn(tokens.dropped(turn, tables.now))
    elif turn.restore is not None and turn.restore.until <= tables.now:
        _come_back(tables, turn, turn.restore)
    elif (turn.state is State.ENDED and not turn.feeds) or turn.lease.lapsed:
        _forget(tables, turn)
    elif lapses:
        _lapse(tables, turn, leaving=False)
    else:
        tables.snooze(turn_id, tables.now + tables.limits.renewal)


def _come_back(tables: Tables, turn: Turn, restore: Restore) -> None:
    turn = conversations.open_turn(tables, turn) if restore.opened else conversations.enter(tables, turn)
    tables.put_turn(turn)


def _lapse(tables: Tables, turn: Turn, *, leaving: bool) -> None:
    turn = replace(turn, lease=leases.lapse(turn.lease, tables.now))
    tables.put_turn(turn)
    replies.lose_leader(tables, turn, leaving=leaving)


def _forget(tables: Tables, turn: Turn) -> None:
    if turn.state is not State.ENDED:
        _end(tables, turn, Outcome.ABANDONED, 0)
    tables.drop_turn(turn.id)
    if turn.log is not None:
        replies.drop_if_unused(tables, turn.log)
