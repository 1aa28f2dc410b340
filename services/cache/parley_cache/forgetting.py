"""A member is forgotten: conversation by conversation, each one operation, so that none takes long.

Once more changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from parley_cache import history, preferences, purging, taken, unanswered
from parley_cache.model import Role
from parley_cache.preferences import Subject, SubjectKind
from parley_cache.records import Conversation
from parley_cache.store.port import Store
from parley_cache.store.tables import Tables


@dataclass(frozen=True, slots=True)
class Forgotten:
    """So many conversations were forgotten, wholly or in part, and so many messages in them."""

    conversations: int = 0
    messages: int = 0

    def plus(self, other: Forgotten) -> Forgotten:
        """Return both together."""
        return Forgotten(self.conversations + other.conversations, self.messages + other.messages)


async def member(store: Store, user_id: str) -> Forgotten:
    """Forget what a member said, what was stored for it, and what the member has chosen; not what was used."""
    done = Forgotten()
    spoken = await store.apply("get_conversations", lambda tables: tables.conversations_of(user_id))
    for conversation_id in spoken:
        rule = partial(_in_conversation, user_id=user_id, conversation_id=conversation_id)
        done = done.plus(await store.apply("forget_member", rule))
    while (await store.apply("purge", partial(purging.member, user_id=user_id))).more:
        pass
    subject = Subject(SubjectKind.USER, user_id)
    await store.apply("forget_preferences", partial(preferences.forget, subject=subject))
    return done


def _in_conversation(tables: Tables, user_id: str, conversation_id: str) -> Forgotten:
    tables.drop_member(user_id, conversation_id)
    conversation = tables.conversation(conversation_id)
    if conversation is None:
        return Forgotten()
    _let_nothing_follow(tables, conversation, user_id)
    if conversation.started_by == user_id:
        return _whole(tables, conversation)
    failed = unanswered.of(tables, conversation_id)
    if failed is not None and failed.author_id == user_id:
        unanswered.drop(tables, conversation_id)
    said = history.whole(tables, conversation)
    turn_ids = {message.turn_id for message in said if message.role is Role.USER and message.author_id == user_id}
    taken = history.take_out(tables, conversation, turn_ids)
    return Forgotten(bool(taken), len(taken))


def _whole(tables: Tables, conversation: Conversation) -> Forgotten:
    """Forget a conversation with who began it; it belongs to whoever asks next."""
    history.forget(tables, conversation)
    left = tables.conversation(conversation.id) or conversation
    tables.put_conversation(replace(left, started_by=""))
    return Forgotten(1, conversation.length)


def _let_nothing_follow(tables: Tables, conversation: Conversation, user_id: str) -> None:
    """The member's questions that are being answered or wait are answered, and nothing of them is remembered."""
    under_way = (*conversation.active, *conversation.queue)
    tables.foresee(turns=under_way)
    for turn_id in under_way:
        taken.drop(tables, turn_id, user_id)
    for turn in map(tables.turn, under_way):
        if turn is not None and turn.opening.origin.author_id == user_id:
            tables.put_turn(replace(turn, forgotten=True))
