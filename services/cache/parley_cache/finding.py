"""A turn found again, days later too: what was asked and answered, and whether it may be answered again. Rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from parley_cache import conversations, history, rewinding, unanswered
from parley_cache.model import Message, Posted, Role, State
from parley_cache.records import Conversation, Turn
from parley_cache.store.tables import Tables
from parley_kit.faults import NotFound


@dataclass(frozen=True, slots=True)
class Found:
    """A turn as it is remembered; `revision`: its conversation's now; `last`: nothing was said after it.

    `question` has no text where nobody remembers it; `model` is empty there too.
    """

    conversation_id: str
    revision: int
    last: bool
    state: State
    question: Message
    answer: Message | None
    posted: tuple[Posted, ...]
    model: str


def turn(tables: Tables, turn_id: str, message_id: str) -> Found:
    """Return a turn by its id or, where that is empty, by a Discord message of its question or answer.

    Raises NotFound, also for one that was taken back.
    """
    conversation = _conversation(tables, turn_id, message_id)
    turn_id = turn_id or _named_by(tables, conversation, message_id)
    known = tables.turn(turn_id)
    under_way = known is not None and known.state is not State.ENDED
    said = () if under_way else history.of_turn(tables, conversation, turn_id)
    if not said and not _is_known(known):
        raise _no_such_turn()
    return Found(
        conversation.id,
        conversation.revision,
        last=_is_last(tables, conversation, turn_id),
        state=known.state if known is not None else State.ENDED,
        question=_kept(tables, conversation, turn_id) or _said(said, Role.USER) or _question(turn_id, known),
        answer=_said(said, Role.ASSISTANT),
        posted=known.posted if known is not None else tuple(one for message in said for one in message.posted),
        model=known.opening.model if known is not None else "",
    )


def _is_known(turn: Turn | None) -> bool:
    """Tell whether a turn of which no message tells is one all the same: not yet answered, or come to nothing."""
    return turn is not None and not turn.forgotten and turn.outcome not in conversations.REMEMBERED


def _no_such_turn() -> NotFound:
    return NotFound("NO_SUCH_TURN", "There is no such turn.")


def _conversation(tables: Tables, turn_id: str, message_id: str) -> Conversation:
    by_turn = conversations.of_turn(tables, turn_id) if turn_id else None
    conversation_id = by_turn or (tables.conversation_of(message_id) if message_id else None)
    conversation = tables.conversation(conversation_id) if conversation_id is not None else None
    if conversation is None:
        raise _no_such_turn()
    return conversation


def _named_by(tables: Tables, conversation: Conversation, message_id: str) -> str:
    """Return the turn to which a Discord message of a question or answer belongs now, whichever it was at first."""
    for found in _known(tables, conversation):
        if message_id == found.opening.origin.question_id or _has(found.posted, message_id):
            return found.id
    for message in reversed(history.whole(tables, conversation)):
        if _has(message.posted, message_id):
            return message.turn_id
    return rewinding.lineage(tables, message_id)[-1]


def _known(tables: Tables, conversation: Conversation) -> Iterator[Turn]:
    """Yield the turns of a conversation of which no message may tell yet."""
    question = unanswered.of(tables, conversation.id)
    ids = [*conversation.active, *conversation.queue, *([question.turn_id] if question is not None else [])]
    tables.foresee(turns=ids)
    yield from (found for found in map(tables.turn, ids) if found is not None)


def _has(posted: tuple[Posted, ...], message_id: str) -> bool:
    return any(one.message_id == message_id for one in posted)


def _said(said: history.Messages, role: Role) -> Message | None:
    return next((message for message in said if message.role is role), None)


def _kept(tables: Tables, conversation: Conversation, turn_id: str) -> Message | None:
    """Return what was asked and came to nothing; what it should have replaced may be remembered under its name."""
    kept = unanswered.of(tables, conversation.id)
    return kept if kept is not None and kept.turn_id == turn_id else None


def _question(turn_id: str, known: Turn | None) -> Message:
    """Return what was asked and is not remembered, or not yet."""
    return conversations.question(known) if known is not None else Message(Role.USER, "", turn_id)


def _is_last(tables: Tables, conversation: Conversation, turn_id: str) -> bool:
    """Tell whether nothing was said after a turn: no answer, no question that waits for one."""
    under_way = (*conversation.active, *conversation.queue)
    if under_way:
        return under_way[-1] == turn_id
    answered = history.newest(tables, conversation)
    if answered == turn_id:
        return True
    failed = unanswered.of(tables, conversation.id)
    return failed is not None and failed.turn_id == turn_id and int(turn_id) > int(answered or 0)
