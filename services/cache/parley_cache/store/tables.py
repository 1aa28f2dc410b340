"""The records as one atomic operation sees them.

The rules (`turns`, `conversations`, `replies`, `views`) are written against this Protocol alone: they read, decide
and write, without waiting. The memory adapter runs them on its dictionaries; the Redis adapter reads what they
read and writes what they wrote if nothing of it has changed (docs/adr/0006). What no rule asks for, such as which
turns are due, is the adapter's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from parley_cache.limits import Limits
from parley_cache.model import Message
from parley_cache.records import Conversation, Log, Turn
from parley_cache.store.drawers import Drawers

EXPIRY = "expiry"
"""The subject of leases that were given back: an orphan may wait."""


def turn_subject(turn_id: str) -> str:
    """Name the changes of a turn."""
    return f"turn:{turn_id}"


def log_subject(log_id: str) -> str:
    """Name the changes of a reply log."""
    return f"log:{log_id}"


class TurnTable(Protocol):
    """Turns, each with the one moment at which it must be looked at again (`turns.next_alarm`)."""

    def turn(self, turn_id: str) -> Turn | None: ...
    def put_turn(self, turn: Turn) -> None:
        """Write it, set its alarm, tell its subject."""
        ...

    def drop_turn(self, turn_id: str) -> None: ...
    def snooze(self, turn_id: str, until: float) -> None:
        """Look at it again at that time, whatever its own alarm says."""
        ...


class LogTable(Protocol):
    """Reply logs, their text, readers and keys."""

    def log(self, log_id: str) -> Log | None: ...
    def put_log(self, log: Log) -> None:
        """Write it, tell its subject."""
        ...

    def drop_log(self, log_id: str) -> None:
        """Forget it, its text and its readers."""
        ...

    def text(self, log_id: str, start: int, stop: int) -> str:
        """Return that part of its text, in code points."""
        ...

    def append_text(self, log_id: str, text: str) -> None: ...
    def clear_text(self, log_id: str) -> None: ...
    def readers(self, log_id: str) -> Iterable[str]:
        """Return the turns that read it, oldest first, without its leader."""
        ...

    def add_reader(self, log_id: str, turn_id: str) -> None: ...
    def drop_reader(self, log_id: str, turn_id: str) -> None: ...
    def live(self, key: bytes) -> str | None:
        """Return the open log that serves a key."""
        ...

    def set_live(self, key: bytes, log_id: str | None) -> None: ...


class ConversationTable(Protocol):
    """Conversations, their messages, and how questions find them."""

    def conversation(self, conversation_id: str) -> Conversation | None: ...
    def put_conversation(self, conversation: Conversation) -> None: ...
    def append_messages(self, conversation_id: str, messages: Sequence[Message]) -> None: ...
    def messages(self, conversation_id: str, start: int, stop: int) -> Sequence[Message]: ...
    def replace_messages(self, conversation_id: str, start: int, messages: Sequence[Message]) -> None:
        """Let these stand from `start` on, in place of all that stood there.

        An operation reads messages before it writes any.
        """
        ...

    def conversation_of(self, message_id: str) -> str | None:
        """Return the conversation that a Discord message belongs to."""
        ...

    def index_message(self, message_id: str, conversation_id: str) -> None: ...
    def recent(self, channel_id: str, user_id: str) -> str | None:
        """Return the asker's own latest conversation in a channel."""
        ...

    def set_recent(self, channel_id: str, user_id: str, conversation_id: str) -> None: ...
    def conversations_of(self, user_id: str) -> Sequence[str]:
        """Return the conversations in which a member asked something, as long as they are kept."""
        ...

    def index_member(self, user_id: str, conversation_id: str) -> None: ...
    def drop_member(self, user_id: str, conversation_id: str) -> None: ...


class Tables(TurnTable, LogTable, ConversationTable, Drawers, Protocol):
    """All of it, with the operation's time (the store's, in seconds) and the store's limits."""

    now: float
    limits: Limits

    def foresee(self, *, turns: Iterable[str] = (), logs: Iterable[str] = (), keys: Iterable[bytes] = ()) -> None:
        """Say what is about to be read: turns, logs with their readers, `live` of keys.

        A rule that goes through many records says so; else each of them may be a way to the store and back.
        """
        ...

    def tell(self, subject: str) -> None:
        """Wake whoever waits for this subject, once the operation is done."""
        ...

    def hush(self, subject: str) -> None:
        """Tell nobody of it after all: the operation's answer says it to the only one who waits."""
        ...
