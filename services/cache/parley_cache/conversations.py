"""Conversations: how a question finds its own, who waits, what is remembered. Rules over `Tables`."""

from __future__ import annotations

from dataclasses import replace

from parley_cache import history, replies
from parley_cache.model import Message, Named, Opening, Outcome, Reference, ReplyTo, Role, State
from parley_cache.records import Conversation, Turn
from parley_cache.store.tables import Tables, turn_subject

REMEMBERED = frozenset({Outcome.ANSWERED, Outcome.STOPPED})
"""Outcomes that become part of the conversation. A failed or refused turn adds nothing, so that a retry is clean."""


def find(tables: Tables, opening: Opening) -> Conversation:
    """Return the conversation that a question belongs to, a new one if there is none; index the question."""
    conversation_id = _resolve(tables, opening)
    conversation = tables.conversation(conversation_id) or Conversation(
        conversation_id, started_by=opening.origin.author_id, edition=tables.now
    )
    started_by = conversation.started_by or opening.origin.author_id
    conversation = replace(conversation, touched=tables.now, started_by=started_by)
    tables.put_conversation(conversation)
    _index(tables, opening, conversation)
    return conversation


def _resolve(tables: Tables, opening: Opening) -> str:
    rewound = of_turn(tables, opening.rewind_to) if opening.rewind_to else None
    found = rewound or known(tables, opening.reference)
    return found or f"turn-{opening.turn_id}"


def known(tables: Tables, reference: Reference) -> str | None:
    """Return the id of the conversation that a question of this kind would go on with; None: a new one."""
    if isinstance(reference, Named):
        return reference.id
    if isinstance(reference, ReplyTo):
        return tables.conversation_of(reference.message_id)
    found = tables.recent(reference.channel_id, reference.user_id)
    if found is not None and not _is_recent(tables, found, reference.within.total_seconds()):
        return None
    return found


def _is_recent(tables: Tables, conversation_id: str, within: float) -> bool:
    conversation = tables.conversation(conversation_id)
    if conversation is None:
        return False
    return bool(conversation.active) or tables.now - conversation.touched <= within


def _index(tables: Tables, opening: Opening, conversation: Conversation) -> None:
    origin = opening.origin
    for message_id in {origin.question_id, opening.turn_id} - {""}:
        tables.index_message(message_id, conversation.id)
    tables.index_member(origin.author_id, conversation.id)
    if conversation.started_by == origin.author_id:
        tables.set_recent(origin.channel_id, origin.author_id, conversation.id)


def of_turn(tables: Tables, turn_id: str) -> str | None:
    """Return the conversation of a turn, also of one that is long done."""
    turn = tables.turn(turn_id)
    return turn.conversation if turn is not None else tables.conversation_of(turn_id)


def is_full(tables: Tables, turn: Turn) -> bool:
    """Tell whether the turn would have to wait where too many wait already."""
    conversation = tables.conversation(turn.conversation)
    return conversation is not None and bool(conversation.active) and len(conversation.queue) >= tables.limits.queue


def enter(tables: Tables, turn: Turn) -> Turn:
    """Open the turn, or let it wait."""
    conversation = tables.conversation(turn.conversation)
    if conversation is None or not conversation.active:
        return open_turn(tables, turn)
    place = _place(tables, conversation, turn)
    queue = (*conversation.queue[:place], turn.id, *conversation.queue[place:])
    tables.put_conversation(replace(conversation, queue=queue))
    for waiting in queue[place + 1 :]:
        tables.tell(turn_subject(waiting))
    return replace(turn, state=State.QUEUED, restore=None)


def _place(tables: Tables, conversation: Conversation, turn: Turn) -> int:
    """Return where in the queue a turn enters: as it was asked, but right behind the turn in whose place it comes.

    What is asked at the same moment, or found after an outage, is claimed in any order.
    """
    rewinds, queue = turn.opening.rewind_to, conversation.queue
    if rewinds in conversation.active:
        return 0
    if rewinds in queue:
        return queue.index(rewinds) + 1
    younger = (place for place, other in enumerate(queue) if _asked(turn.id) < _asked(other))
    return next((place for place in younger if not _rewinds(tables, queue[place])), len(queue))


def _asked(turn_id: str) -> tuple[int, str]:
    """Return what orders turns by their questions: ids of Discord grow with time."""
    return len(turn_id), turn_id


def _rewinds(tables: Tables, turn_id: str) -> bool:
    turn = tables.turn(turn_id)
    return turn is not None and bool(turn.opening.rewind_to)


def open_turn(tables: Tables, turn: Turn) -> Turn:
    """Give the conversation to this turn and find the source of its text."""
    turn = replace(replies.attach(tables, occupy(tables, _heir(tables, turn))), restore=None)
    tables.put_turn(turn)
    return turn


def _heir(tables: Tables, turn: Turn) -> Turn:
    """Let a turn that rewinds have the Discord messages of the one in whose place it comes."""
    former = tables.turn(turn.opening.rewind_to) if turn.opening.rewind_to else None
    if former is None or not former.posted:
        return turn
    tables.put_turn(replace(former, posted=()))
    own = {(posted.kind, posted.index) for posted in turn.posted}
    behind = max((index + 1 for _kind, index in own), default=0)
    taken = [replace(one, index=one.index + behind) if (one.kind, one.index) in own else one for one in former.posted]
    return replace(turn, posted=(*taken, *turn.posted))


def occupy(tables: Tables, turn: Turn) -> Turn:
    """Give the conversation to this turn: its window, and the revision that it will commit."""
    conversation = tables.conversation(turn.conversation)
    if conversation is None:
        conversation = Conversation(turn.conversation, started_by=turn.opening.origin.author_id, edition=tables.now)
    conversation = replace(conversation, active=(*conversation.active, turn.id), touched=tables.now)
    tables.put_conversation(conversation)
    return replace(
        turn,
        state=State.OPENED,
        serial=turn.serial + 1,
        revision=conversation.revision + 1,
        window=(conversation.window.start, conversation.length),
    )


def catch_up(tables: Tables, conversation_id: str, revision: int) -> None:
    """Let the next turn commit at least this revision: a holder was told so before the store forgot."""
    conversation = tables.conversation(conversation_id)
    if conversation is not None and conversation.revision < revision - 1:
        tables.put_conversation(replace(conversation, revision=revision - 1))


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
    if conversation is None or turn.state is not State.OPENED or turn.forgotten or outcome not in REMEMBERED:
        return conversation.revision if conversation is not None else 0
    conversation = history.append(tables, conversation, _messages(turn, _shown_text(tables, turn, shown)))
    conversation = replace(conversation, revision=conversation.revision + 1)
    tables.put_conversation(conversation)
    return conversation.revision


def _shown_text(tables: Tables, turn: Turn, shown: int) -> str:
    log = tables.log(turn.log) if turn.log is not None else None
    return tables.text(log.id, 0, min(shown, log.length)) if log is not None else ""


def _messages(turn: Turn, answer: str) -> list[Message]:
    if not answer:
        return [replace(question(turn), posted=turn.posted)]
    return [question(turn), Message(Role.ASSISTANT, answer, turn.id, posted=turn.posted)]


def question(turn: Turn) -> Message:
    """Return what a turn asks, as it is remembered; of one that has ended, without its words."""
    opening, origin = turn.opening, turn.opening.origin
    return Message(Role.USER, opening.prompt, turn.id, origin.author_id, origin.author_name, opening.attachments)
