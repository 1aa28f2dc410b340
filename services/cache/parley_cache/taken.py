"""What a turn has taken out of its conversation to answer anew, kept until it ends: it may come to nothing. Rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from parley_cache.model import Message
from parley_cache.store.tables import Tables


@dataclass(frozen=True, slots=True)
class Taken:
    """It stands in no conversation: Claude shall not see it."""

    messages: tuple[Message, ...]


def keep(tables: Tables, turn_id: str, messages: Sequence[Message], until: float) -> None:
    """Keep what a turn has taken out; until: seconds of the store's clock."""
    if messages:
        tables.put_record(turn_id, Taken(tuple(messages)), until)


def of(tables: Tables, turn_id: str) -> tuple[Message, ...]:
    """Return what a turn has taken out."""
    found = tables.record(Taken, turn_id)
    return found.messages if found is not None else ()


def drop(tables: Tables, turn_id: str, author_id: str = "") -> None:
    """Forget it; author_id: only if something of it is this member's."""
    messages = of(tables, turn_id)
    if messages and (not author_id or author_id in {message.author_id for message in messages}):
        tables.drop_record(Taken, turn_id)
