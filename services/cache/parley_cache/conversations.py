"""Conversations: how a question finds its own, who waits, what is remembered. Rules over `Tables`."""

from __future__ import annotations

from dataclasses import replace

from parley_cache import replies, window
from parley_cache.model import Message, Named, Opening, Outcome, RefusalReason, ReplyTo, Role, State
from parley_cache.records import Conversation, Turn
from parley_cache.store.tables import Tables, turn_subject

REMEMBERED = frozenset({Outcome.ANSWERED, Outcome.STOPPED})
"""Outcomes that become part of the conversation. A failed or refused turn adds nothing, so that a retry is clean."""


def find(tables: Tables, opening: Opening) -> Conversation:
    """Return the conversation that a question belongs to, a new one if there is none; index the question."""
    conversation_id = _resolve(tables, opening)
    known = tables.conversation(conversation_id)
    conversation = known or Conversation(conversation_id, started_by=opening.origin.author_id)
    conversation = replace(conversation, touched=tables.now)
    tables.put_conversation(conversation)
    _index(tables, opening, conversation)
    return conversation


def _resolve(tables: Tables, opening: Opening) -> str:
    reference = opening.reference
    if isinstance(reference, Named):
        return reference.id
    if isinstance(reference, ReplyTo):
        found = tables.conversation_of(reference.message_id)
    else:
        found = tables.recent(reference.channel_id, reference.user_id)
        if found is not None and not _is_recent(tables, found, reference.within.total_seconds()):
            found = None
    return found or f"turn-{opening.turn_id}"


def _is_recent(tables: Tables, conversation_id: str, within: float) -> bool:
    conversation = tables.conversation(conversation_id)
    if conversation is None:
        return False
    return bool(conversation.active) or tables.now - conversation.touched <= within


def _index(tables: Tables, opening: Opening, conversation: Conversation) -> None:
    origin = opening.origin
    if origin.question_id:
        tables.index_message(origin.question_id, conversation.id)
    if conversation.started_by == origin.author_id:
        tables.set_recent(origin.channel_id, origin.author_id, conversation.id)


def enter(tables: Tables, turn: Turn) -> Turn:
    """Open the turn, or let it wait, or refuse it because too many wait."""
    conversation = tables.conversation(turn.conversation)
    if conversation is None or not conversation.active:
        return open_turn(tables, turn)
    if len(conversation.queue) >= tables.limits.queue and turn.restore is None:
        return replace(turn, state=State.REFUSED, refusal=RefusalReason.QUEUE_FULL)
    tables.put_conversation(replace(conversation, queue=(*conversation.queue, turn.id)))
    return replace(turn, state=State.QUEUED, restore=None)


def open_turn(tables: Tables, turn: Turn) -> Turn:
    """Give the conversation to this turn and find the source of its text."""
    turn = replace(replies.attach(tables, occupy(tables, turn)), restore=None)
    tables.put_turn(turn)
    return turn


def occupy(tables: Tables, turn: Turn) -> Turn:
    """Give the conversation to this turn: its window, and the revision that it will commit."""
    conversation = tables.conversation(turn.conversation)
    if conversation is None:
        conversation = Conversation(turn.conversation, started_by=turn.opening.origin.author_id)
    conversation = replace(conversation, active=(*conversation.active, turn.id), touched=tables.now)
    tables.put_conversation(conversation)
    return replace(
        turn,
        state=State.OPENED,
        serial=turn.serial + 1,
        revision=conversation.revision + 1,
        window=(conversation.window.start, conversation.length),
    )


def position(tables: Tables, turn: Turn) -> int | None:
    """Return how many turns go before a waiting one; None when it does not wait."""
    conversation = tables.conversation(turn.conversation)
    if conversation is None or turn.id not in conversation.queue:
        return None
    return len(conversation.active) + conversation.queue.index(turn.id)


def leave(tables: Tables, turn: Turn) -> None:
    """Take a turn out; open the next one if the conversation is free, tell the others their places."""
    conversation = tables.conversation(turn.conversation)
    if conversation is None:
        return
    active = tuple(other for other in conversation.active if other != turn.id)
    queue = tuple(other for other in conversation.queue if other != turn.id)
    tables.put_conversation(replace(conversation, active=active, queue=queue, touched=tables.now))
    if queue and not active:
        _open_next(tables, turn.conversation)
    for waiting in queue:
        tables.tell(turn_subject(waiting))


def _open_next(tables: Tables, conversation_id: str) -> None:
    conversation = tables.conversation(conversation_id)
    while conversation is not None and conversation.queue:
        first, *rest = conversation.queue
        conversation = replace(conversation, queue=tuple(rest))
        tables.put_conversation(conversation)
        turn = tables.turn(first)
        if turn is not None and turn.state is State.QUEUED:
            open_turn(tables, turn)
            return


def commit(tables: Tables, turn: Turn, outcome: Outcome, shown: int) -> int:
    """Remember the question and as much of the answer as its member saw; return the revision."""
    conversation = tables.conversation(turn.conversation)
    if conversation is None or turn.state is not State.OPENED or outcome not in REMEMBERED:
        return conversation.revision if conversation is not None else 0
    messages = _messages(turn, _shown_text(tables, turn, shown))
    entry = window.Entry(len(messages), sum(len(message.text.encode()) for message in messages))
    tables.append_messages(conversation.id, messages)
    conversation = replace(
        conversation,
        revision=conversation.revision + 1,
        length=conversation.length + len(messages),
        window=window.grown(conversation.window, entry, tables.limits.window_tokens),
    )
    tables.put_conversation(conversation)
    return conversation.revision


def _shown_text(tables: Tables, turn: Turn, shown: int) -> str:
    log = tables.log(turn.log) if turn.log is not None else None
    return tables.text(log.id, 0, min(shown, log.length)) if log is not None else ""


def _messages(turn: Turn, answer: str) -> list[Message]:
    opening, origin = turn.opening, turn.opening.origin
    question = Message(Role.USER, opening.prompt, turn.id, origin.author_id, origin.author_name, opening.attachments)
    return [question, Message(Role.ASSISTANT, answer, turn.id)] if answer else [question]
