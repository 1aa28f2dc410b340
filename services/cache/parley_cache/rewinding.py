"""To answer again from before a turn: accepted once, and only as long as nobody changed what it is about. Rules."""

from __future__ import annotations

from dataclasses import dataclass, replace

from parley_cache import conversations, history, replies, taken, unanswered
from parley_cache.model import Opening, Outcome, Posted, State
from parley_cache.records import Conversation, Turn
from parley_cache.store.tables import Tables


@dataclass(frozen=True, slots=True)
class Rewound:
    """The turn of this name was rewound, `by` another one."""

    by: str


def lineage(tables: Tables, turn_id: str) -> list[str]:
    """Return a turn and those that came in its place, one after the other: the last one answers the question now."""
    ids = [turn_id]
    while (rewound := tables.record(Rewound, ids[-1])) is not None:
        ids.append(rewound.by)
    return ids


def is_stale(tables: Tables, turn: Turn) -> bool:
    """Tell whether what the turn wants to change was changed before."""
    opening, conversation = turn.opening, tables.conversation(turn.conversation)
    if not opening.rewind_to or conversation is None:
        return False
    if tables.record(Rewound, opening.rewind_to) is not None:
        return True
    if not opening.expected_revision:
        return False
    return _is_followed(tables, opening, conversation) or opening.expected_revision not in _revisions(
        tables, opening, conversation
    )


def _is_followed(tables: Tables, opening: Opening, conversation: Conversation) -> bool:
    """Tell whether a turn came after an answered one, whose answer rests on that and is not there yet."""
    former = tables.turn(opening.rewind_to)
    stands = former is None or (former.state is State.ENDED and _is_remembered(former))
    return stands and conversation.length > 0 and bool(conversation.active or conversation.queue)


def _is_remembered(turn: Turn) -> bool:
    return turn.outcome in conversations.REMEMBERED and not turn.forgotten


def _revisions(tables: Tables, opening: Opening, conversation: Conversation) -> set[int]:
    """Return the revisions at which the rewound turn still is what its member saw."""
    former, now = tables.turn(opening.rewind_to), conversation.revision
    if former is None:
        # with revision 0 the store has forgotten everything: nothing can be stale
        return {now} if now else {opening.expected_revision}
    if former.state is State.OPENED:
        return {former.revision, now}
    # a turn that came to nothing was told the revision that it would have committed
    return {now} if _is_remembered(former) else {now, now + 1}


def take_back(tables: Tables, turn: Turn) -> Turn:
    """Stop the rewound turn if it runs, take it and all after it out of the conversation; return the turn that does so."""
    opening, conversation = turn.opening, tables.conversation(turn.conversation)
    if not opening.rewind_to or conversation is None:
        return turn
    kept = max(tables.limits.done_for, tables.limits.conversation_ttl)
    tables.put_record(opening.rewind_to, Rewound(turn.id), tables.now + kept)
    former = tables.turn(opening.rewind_to)
    if former is not None:
        abandon(tables, former, opening.origin.author_id)
    cut = history.cut(tables, conversation, opening.rewind_to)
    taken.keep(tables, turn.id, cut, tables.now + kept)
    left = () if former is not None else _posted(cut, opening.rewind_to)
    return replace(turn, posted=left)


def settle(tables: Tables, turn: Turn, outcome: Outcome, shown: int) -> Outcome:
    """Put back what the turn took out if nothing comes in its place: its member still sees it. Return what to remember.

    What was rewound stands under the turn's own name then, so that it can be tried again.
    """
    former = turn.opening.rewind_to
    if not former:
        return outcome
    back = taken.of(tables, turn.id)
    taken.drop(tables, turn.id)
    conversation = tables.conversation(turn.conversation)
    came = outcome in conversations.REMEMBERED and (shown > 0 or outcome is Outcome.ANSWERED)
    if came or turn.forgotten or not back or conversation is None:
        return outcome
    named = [replace(message, turn_id=turn.id) if message.turn_id == former else message for message in back]
    tables.put_conversation(history.append(tables, conversation, named))
    return Outcome.ABANDONED


def _posted(cut: history.Messages, turn_id: str) -> tuple[Posted, ...]:
    return tuple(posted for message in cut if message.turn_id == turn_id for posted in message.posted)


def abandon(tables: Tables, turn: Turn, by: str) -> None:
    """Let nothing of a turn be remembered, and stop it if it runs."""
    turn = replace(turn, forgotten=True)
    if turn.state is not State.ENDED:
        turn = replace(turn, stopped_by=turn.stopped_by or by)
    tables.put_turn(turn)
    unanswered.drop_turn(tables, turn.conversation, turn.id)
    replies.leave(tables, turn)
