"""Conversations in Redis, their messages, and the cells by which questions find them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from typing_extensions import override

from parley_cache.limits import Limits
from parley_cache.model import Message
from parley_cache.records import Conversation
from parley_cache.store.redis import cells, names
from parley_cache.store.redis.draft import Command, Draft
from parley_cache.store.redis.near import SETTLED, Remembered, remembered
from parley_cache.store.redis.reads import Cell, Read, Reads
from parley_cache.store.tables import ConversationTable


class RedisConversations(Draft, ConversationTable):
    """Each is a cell, a list of messages, a place among the longest untouched, and a set of what points to it: cells, and
    the sets of its members.
    """

    def __init__(self, reads: Reads, limits: Limits, now: float) -> None:
        super().__init__(reads, limits, now)
        self._replaced: set[str] = set()
        self._pointers: defaultdict[str, list[str]] = defaultdict(list)

    @override
    def conversation(self, conversation_id: str) -> Conversation | None:
        conversation: Conversation | None = self._cell(names.conversation(conversation_id))
        return conversation

    @override
    def put_conversation(self, conversation: Conversation) -> None:
        self._put(names.conversation(conversation.id), conversation)

    @override
    def append_messages(self, conversation_id: str, messages: Sequence[Message]) -> None:
        self._push(conversation_id, messages)
        conversation = self.conversation(conversation_id)
        if conversation is None or names.messages(conversation_id) in self._replaced:
            return
        near = self._near(conversation) or remembered(conversation.edition, conversation.length, ())
        if near.stop == conversation.length:
            self._remember(conversation, near.start, (*near.messages, *messages))

    def _push(self, conversation_id: str, messages: Sequence[Message]) -> None:
        self._do_many("RPUSH", names.messages(conversation_id), [cells.dump_message(one) for one in messages])

    @override
    def replace_messages(self, conversation_id: str, start: int, messages: Sequence[Message]) -> None:
        key = names.messages(conversation_id)
        self._replaced.add(key)
        if start:
            self._do("LTRIM", key, 0, start - 1)
        else:
            self._do("DEL", key)
        self._push(conversation_id, messages)

    @override
    def messages(self, conversation_id: str, start: int, stop: int) -> Sequence[Message]:
        conversation = self.conversation(conversation_id)
        if start >= stop or conversation is None:
            return ()
        near = self._near(conversation)
        if near is None or near.start > start:
            near = remembered(conversation.edition, start, ())
        if near.stop < stop:
            near = self._read_on(conversation_id, near, stop)
        found = near.messages[start - near.start :]
        if start >= conversation.window.start:
            self._remember(conversation, start, found)
        return found[: stop - start]

    def _read_on(self, conversation_id: str, near: Remembered, stop: int) -> Remembered:
        found = self._read(Read("list", names.messages(conversation_id), near.stop, stop - 1))
        return remembered(near.edition, near.start, (*near.messages, *map(cells.load_message, found)))

    def _near(self, conversation: Conversation) -> Remembered | None:
        """Return what this process knows of the messages, if only more were added since."""
        cell = self.reads.known.get(names.messages(conversation.id))
        near: Remembered | None = cell.value if cell is not None else None
        return near if near is not None and near.is_of(conversation.edition, conversation.length) else None

    def _remember(self, conversation: Conversation, start: int, messages: tuple[Message, ...]) -> None:
        if conversation.edition:
            near = remembered(conversation.edition, start, messages)
            self.beside[names.messages(conversation.id)] = Cell(SETTLED, near)

    @override
    def conversation_of(self, message_id: str) -> str | None:
        conversation_id: str | None = self._cell(names.of_message(message_id))
        return conversation_id

    @override
    def index_message(self, message_id: str, conversation_id: str) -> None:
        self._lead_to(names.of_message(message_id), conversation_id)

    @override
    def recent(self, channel_id: str, user_id: str) -> str | None:
        conversation_id: str | None = self._cell(names.recent(channel_id, user_id))
        return conversation_id

    @override
    def set_recent(self, channel_id: str, user_id: str, conversation_id: str) -> None:
        self._lead_to(names.recent(channel_id, user_id), conversation_id)

    def _lead_to(self, key: str, conversation_id: str) -> None:
        self._point(key, conversation_id)
        self._pointers[conversation_id].append(key)

    @override
    def conversations_of(self, user_id: str) -> Sequence[str]:
        return sorted(found.decode() for found in self._read(Read("members", names.spoken(user_id))))

    @override
    def index_member(self, user_id: str, conversation_id: str) -> None:
        key = names.spoken(user_id)
        self._do("SADD", key, conversation_id)
        self._pointers[conversation_id].append(key)

    @override
    def drop_member(self, user_id: str, conversation_id: str) -> None:
        self._do("SREM", names.spoken(user_id), conversation_id)

    @override
    def writes(self) -> list[Command]:
        for conversation_id, _former, conversation in self._changed(names.conversation("")):
            if conversation is not None:
                self._do("ZADD", names.TOUCHED, conversation.touched, conversation_id)
        for conversation_id, keys in self._pointers.items():
            self._do_many("SADD", names.pointers(conversation_id), keys)
        return super().writes()

    def forget_conversation(self, conversation_id: str) -> None:
        """Drop a conversation with all that points to it."""
        pointing = self._read(Read("members", names.pointers(conversation_id)))
        self._put(names.conversation(conversation_id), None)
        for key in (found.decode() for found in pointing):
            self._do("SREM" if key.startswith(names.SPOKEN) else "DROPIF", key, conversation_id)
        for key in (names.messages(conversation_id), names.pointers(conversation_id)):
            self._do("DEL", key)
        self._do("ZREM", names.TOUCHED, conversation_id)
