"""The records in dictionaries: the state of the memory adapter. Not shared, not durable."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from itertools import islice

from typing_extensions import override

from parley_cache import shelf, turns
from parley_cache.limits import Limits
from parley_cache.model import Message, State
from parley_cache.records import Conversation, Log, Turn
from parley_cache.store.alarms import Alarms
from parley_cache.store.memory_drawers import MemoryDrawers
from parley_cache.store.port import Figures
from parley_cache.store.tables import (
    ConversationTable,
    LogTable,
    Tables,
    TurnTable,
    log_subject,
    turn_subject,
)
from parley_cache.store.text import Text

_BATCH = 100
"""How many old conversations one operation looks at, so that none takes long."""


class _Frame:
    """What the three tables share: the operation's time, the limits, the subjects to tell."""

    def __init__(self, limits: Limits) -> None:
        self.now = 0.0
        self.limits = limits
        self.told: dict[str, None] = {}

    def tell(self, subject: str) -> None:
        self.told[subject] = None

    def hush(self, subject: str) -> None:
        self.told.pop(subject, None)


class _Turns(_Frame, TurnTable):
    def __init__(self, limits: Limits) -> None:
        super().__init__(limits)
        self.turns: dict[str, Turn] = {}
        self.lapsed: dict[str, None] = {}
        self.queued = 0
        self.open = 0
        self._alarms = Alarms()

    @override
    def turn(self, turn_id: str) -> Turn | None:
        return self.turns.get(turn_id)

    @override
    def put_turn(self, turn: Turn) -> None:
        self._count(self.turns.get(turn.id), -1)
        self._count(turn, 1)
        self.turns[turn.id] = turn
        if turn.lease.lapsed and turn.state is not State.ENDED:
            self.lapsed[turn.id] = None
        else:
            self.lapsed.pop(turn.id, None)
        self._alarms.set(turn.id, turns.next_alarm(turn, self.limits.done_for))
        self.tell(turn_subject(turn.id))

    @override
    def drop_turn(self, turn_id: str) -> None:
        self._count(self.turns.pop(turn_id, None), -1)
        self.lapsed.pop(turn_id, None)
        self._alarms.drop(turn_id)
        self.tell(turn_subject(turn_id))

    def _count(self, turn: Turn | None, step: int) -> None:
        if turn is not None and turn.state is not State.ENDED:
            self.open += step
            self.queued += step * (turn.state is State.QUEUED)

    @override
    def snooze(self, turn_id: str, until: float) -> None:
        self._alarms.set(turn_id, until)

    def due_turns(self, limit: int) -> Sequence[str]:
        """Take up to `limit` turns whose alarm has passed; the alarm is gone then."""
        return self._alarms.take_due(self.now, limit)

    def lapsed_turns(self) -> Iterable[Turn]:
        """All turns whose lease lapsed and that have not ended, oldest first."""
        return [self.turns[turn_id] for turn_id in self.lapsed]


class _Logs(_Frame, LogTable):
    def __init__(self, limits: Limits) -> None:
        super().__init__(limits)
        self.logs: dict[str, Log] = {}
        self.log_bytes = 0
        self._texts: dict[str, Text] = {}
        self._readers: dict[str, dict[str, None]] = {}
        self._live: dict[bytes, str] = {}

    @override
    def log(self, log_id: str) -> Log | None:
        return self.logs.get(log_id)

    @override
    def put_log(self, log: Log) -> None:
        former = self.logs.get(log.id)
        self.log_bytes += log.size - (former.size if former is not None else 0)
        self.logs[log.id] = log
        self.tell(log_subject(log.id))

    @override
    def drop_log(self, log_id: str) -> None:
        former = self.logs.pop(log_id, None)
        self.log_bytes -= former.size if former is not None else 0
        self._texts.pop(log_id, None)
        self._readers.pop(log_id, None)

    @override
    def text(self, log_id: str, start: int, stop: int) -> str:
        text = self._texts.get(log_id)
        return text.read(start, stop) if text is not None else ""

    @override
    def append_text(self, log_id: str, text: str) -> None:
        self._texts.setdefault(log_id, Text()).append(text)

    @override
    def clear_text(self, log_id: str) -> None:
        self._texts.pop(log_id, None)

    @override
    def readers(self, log_id: str) -> Iterable[str]:
        return self._readers.get(log_id, ())

    @override
    def add_reader(self, log_id: str, turn_id: str) -> None:
        self._readers.setdefault(log_id, {})[turn_id] = None

    @override
    def drop_reader(self, log_id: str, turn_id: str) -> None:
        self._readers.get(log_id, {}).pop(turn_id, None)

    @override
    def live(self, key: bytes) -> str | None:
        return self._live.get(key)

    @override
    def set_live(self, key: bytes, log_id: str | None) -> None:
        if log_id is None:
            self._live.pop(key, None)
        else:
            self._live[key] = log_id


class _Conversations(_Frame, ConversationTable):
    def __init__(self, limits: Limits) -> None:
        super().__init__(limits)
        self.conversations: OrderedDict[str, Conversation] = OrderedDict()  # the longest untouched first
        self._messages: dict[str, list[Message]] = {}
        self._of_message: dict[str, str] = {}
        self._recent: dict[tuple[str, str], str] = {}
        self._message_ids: dict[str, list[str]] = {}
        self._askers: dict[str, list[tuple[str, str]]] = {}
        self._of_member: dict[str, dict[str, None]] = {}
        self._members: dict[str, set[str]] = {}

    @override
    def conversation(self, conversation_id: str) -> Conversation | None:
        return self.conversations.get(conversation_id)

    @override
    def put_conversation(self, conversation: Conversation) -> None:
        former = self.conversations.get(conversation.id)
        self.conversations[conversation.id] = conversation
        if former is None or former.touched != conversation.touched:
            self.conversations.move_to_end(conversation.id)

    @override
    def append_messages(self, conversation_id: str, messages: Sequence[Message]) -> None:
        self._messages.setdefault(conversation_id, []).extend(messages)

    @override
    def replace_messages(self, conversation_id: str, start: int, messages: Sequence[Message]) -> None:
        self._messages.setdefault(conversation_id, [])[start:] = messages

    @override
    def messages(self, conversation_id: str, start: int, stop: int) -> Sequence[Message]:
        return tuple(self._messages.get(conversation_id, ())[start:stop])

    @override
    def conversation_of(self, message_id: str) -> str | None:
        return self._of_message.get(message_id)

    @override
    def index_message(self, message_id: str, conversation_id: str) -> None:
        if self._of_message.get(message_id) != conversation_id:
            self._of_message[message_id] = conversation_id
            self._message_ids.setdefault(conversation_id, []).append(message_id)

    @override
    def recent(self, channel_id: str, user_id: str) -> str | None:
        return self._recent.get((channel_id, user_id))

    @override
    def set_recent(self, channel_id: str, user_id: str, conversation_id: str) -> None:
        if self._recent.get((channel_id, user_id)) != conversation_id:
            self._recent[channel_id, user_id] = conversation_id
            self._askers.setdefault(conversation_id, []).append((channel_id, user_id))

    @override
    def conversations_of(self, user_id: str) -> Sequence[str]:
        return tuple(self._of_member.get(user_id, ()))

    @override
    def index_member(self, user_id: str, conversation_id: str) -> None:
        self._of_member.setdefault(user_id, {})[conversation_id] = None
        self._members.setdefault(conversation_id, set()).add(user_id)

    @override
    def drop_member(self, user_id: str, conversation_id: str) -> None:
        spoken = self._of_member.get(user_id, {})
        spoken.pop(conversation_id, None)
        if not spoken:
            self._of_member.pop(user_id, None)
        self._members.get(conversation_id, set()).discard(user_id)

    def drop_idle_conversations(self, before: float) -> None:
        """Forget conversations that nobody touched since then, and the oldest above the bound; never a busy one."""
        surplus = len(self.conversations) - self.limits.conversations
        for one in list(islice(self.conversations.values(), _BATCH)):
            if one.touched >= before and surplus <= 0:
                return
            if not one.active and not one.queue:
                self._drop_conversation(one.id)
                surplus -= 1

    def _drop_conversation(self, conversation_id: str) -> None:
        del self.conversations[conversation_id]
        self._messages.pop(conversation_id, None)
        for message_id in self._message_ids.pop(conversation_id, ()):
            if self._of_message.get(message_id) == conversation_id:
                del self._of_message[message_id]
        for asker in self._askers.pop(conversation_id, ()):
            if self._recent.get(asker) == conversation_id:
                del self._recent[asker]
        for user_id in self._members.pop(conversation_id, ()):
            self.drop_member(user_id, conversation_id)


class MemoryTables(_Turns, _Logs, _Conversations, MemoryDrawers, Tables):
    """All records of one process."""

    def __init__(self, limits: Limits) -> None:
        super().__init__(limits)
        MemoryDrawers.__init__(self)

    @override
    def foresee(self, *, turns: Iterable[str] = (), logs: Iterable[str] = (), keys: Iterable[bytes] = ()) -> None:
        """All of it is here."""

    def figures(self) -> Figures:
        """Count them."""
        return Figures(
            turns=self.open,
            queued=self.queued,
            orphans=len(self.lapsed),
            logs=len(self.logs),
            log_bytes=self.log_bytes,
            stored=self.total(shelf.ENTRIES),
            stored_bytes=self.total(shelf.BYTES),
            conversations=len(self.conversations),
            reply_ttl=shelf.time_to_live(self),
            counters=self.totals(),
        )
