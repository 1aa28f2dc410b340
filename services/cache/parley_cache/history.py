"""What is remembered of a conversation: taken out again, in part or as a whole. Rules over `Tables`."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import replace
from itertools import groupby

from parley_cache import taken, unanswered, window
from parley_cache.model import Message
from parley_cache.records import Conversation
from parley_cache.store.tables import Tables
from parley_cache.window import Entry, Window

Messages = Sequence[Message]


def entry(messages: Messages) -> Entry:
    """Return what the messages of one turn weigh in the window."""
    return Entry(len(messages), sum(len(message.text.encode()) for message in messages))


def whole(tables: Tables, conversation: Conversation) -> Messages:
    """Return all that is remembered."""
    return tables.messages(conversation.id, 0, conversation.length)


def of_turn(tables: Tables, conversation: Conversation, turn_id: str) -> Messages:
    """Return what a turn said; most often it stands in the window, which is near."""
    found: Messages = [message for message in _seen(tables, conversation) if message.turn_id == turn_id]
    return found or [message for message in whole(tables, conversation) if message.turn_id == turn_id]


def newest(tables: Tables, conversation: Conversation) -> str:
    """Return the turn that was remembered last; empty: there is none."""
    seen = _seen(tables, conversation)
    return seen[-1].turn_id if seen else ""


def _seen(tables: Tables, conversation: Conversation) -> Messages:
    return tables.messages(conversation.id, conversation.window.start, conversation.length)


def take_out(tables: Tables, conversation: Conversation, turn_ids: Container[str]) -> Messages:
    """Take out what these turns said; return it. The revision moves if there was something."""
    messages = whole(tables, conversation)
    left = [message for message in messages if message.turn_id not in turn_ids]
    out = [message for message in messages if message.turn_id in turn_ids]
    if out:
        _replace(tables, conversation, messages.index(out[0]), left)
    return out


def cut(tables: Tables, conversation: Conversation, turn_id: str) -> Messages:
    """Take out what a turn said and all after it; return it. The revision moves in any case."""
    messages = whole(tables, conversation)
    place = next((place for place, message in enumerate(messages) if message.turn_id == turn_id), len(messages))
    _replace(tables, conversation, place, messages[:place])
    return messages[place:]


def _replace(tables: Tables, conversation: Conversation, start: int, left: Messages) -> None:
    if start < conversation.length:
        tables.replace_messages(conversation.id, start, left[start:])
    _put(tables, conversation, left)


def _put(tables: Tables, conversation: Conversation, left: Messages) -> None:
    tables.put_conversation(
        replace(
            conversation,
            revision=conversation.revision + 1,
            length=len(left),
            window=_window(tables, left),
            touched=tables.now,
            edition=tables.now,
        )
    )


def _window(tables: Tables, messages: Messages) -> Window:
    turns = [entry(list(said)) for _turn, said in groupby(messages, key=lambda message: message.turn_id)]
    return window.replayed(turns, tables.limits.window_tokens)


def forget(tables: Tables, conversation: Conversation) -> None:
    """Take out everything; what is being answered now is not remembered either."""
    unanswered.drop(tables, conversation.id)
    tables.replace_messages(conversation.id, 0, ())
    _put(tables, conversation, ())
    for turn_id in (*conversation.active, *conversation.queue):
        taken.drop(tables, turn_id)
    for turn in map(tables.turn, conversation.active):
        if turn is not None:
            tables.put_turn(replace(turn, forgotten=True))


def append(tables: Tables, conversation: Conversation, messages: Messages) -> Conversation:
    """Add messages at the end; return the conversation with them, at the revision that it has."""
    conversation = _with_room(tables, conversation, len(messages))
    tables.append_messages(conversation.id, messages)
    seen = conversation.window
    for _turn, said in groupby(messages, key=lambda message: message.turn_id):
        seen = window.grown(seen, entry(list(said)), tables.limits.window_tokens)
    return replace(conversation, length=conversation.length + len(messages), window=seen)


def _with_room(tables: Tables, conversation: Conversation, more: int) -> Conversation:
    """Return the conversation with room for so many messages: the older half goes when it has become too long."""
    if conversation.length + more <= tables.limits.conversation_messages:
        return conversation
    kept = tables.messages(conversation.id, conversation.length // 2, conversation.length)
    turns = [message for message in kept if message.turn_id != kept[0].turn_id]
    tables.replace_messages(conversation.id, 0, turns)
    return replace(conversation, length=len(turns), window=_window(tables, turns), edition=tables.now)
