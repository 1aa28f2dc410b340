"""The last question of a conversation that came to nothing, kept for a while so that it can be asked again. Rules."""

from __future__ import annotations

from dataclasses import dataclass

from parley_cache.model import Message
from parley_cache.store.tables import Tables


@dataclass(frozen=True, slots=True)
class Unanswered:
    """It stands in no message of the conversation: Claude shall not see it."""

    question: Message


def keep(tables: Tables, conversation_id: str, question: Message) -> None:
    """Keep a question in place of the one before: no longer than its turn is known as done, or anything is remembered."""
    kept = min(tables.limits.done_for, tables.limits.conversation_ttl)
    tables.put_record(conversation_id, Unanswered(question), tables.now + kept)


def of(tables: Tables, conversation_id: str) -> Message | None:
    """Return the question."""
    found = tables.record(Unanswered, conversation_id)
    return found.question if found is not None else None


def drop(tables: Tables, conversation_id: str) -> None:
    """Forget it."""
    if of(tables, conversation_id) is not None:
        tables.drop_record(Unanswered, conversation_id)


def drop_turn(tables: Tables, conversation_id: str, turn_id: str) -> None:
    """Forget it if it is this turn's."""
    question = of(tables, conversation_id)
    if question is not None and question.turn_id == turn_id:
        tables.drop_record(Unanswered, conversation_id)
