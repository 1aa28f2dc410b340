"""To forget stored replies, some at a time; who reads one reads on. Rules over `Tables`."""

from __future__ import annotations

from dataclasses import dataclass, replace

from parley_cache import replies, shelf, storing
from parley_cache.store.tables import Tables
from parley_kit.faults import NotFound

AT_ONCE = 200
"""How many replies one operation forgets: some milliseconds."""


@dataclass(frozen=True, slots=True)
class Purged:
    """So many replies went; `more`: perhaps not all of them yet."""

    replies: int
    more: bool


def everything(tables: Tables) -> Purged:
    """Forget stored replies."""
    return _purge(tables, shelf.TIMES)


def guild(tables: Tables, guild_id: str) -> Purged:
    """Forget those of a guild's questions."""
    return _purge(tables, storing.guild(guild_id))


def conversation(tables: Tables, conversation_id: str) -> Purged:
    """Forget those of a conversation's questions."""
    return _purge(tables, storing.conversation(conversation_id))


def member(tables: Tables, user_id: str) -> Purged:
    """Forget those of a member's questions."""
    return _purge(tables, storing.member(user_id))


def _purge(tables: Tables, order: str) -> Purged:
    storing.bar(tables, order)
    names = tables.lowest(order, AT_ONCE)
    replies.drop_unused(tables, shelf.take_all(tables, names, shelf.PURGED))
    return Purged(len(names), more=len(names) == AT_ONCE)


def turn(tables: Tables, turn_id: str) -> Purged:
    """Forget the reply that a turn produced or was served; one that still runs is not stored. Raises NotFound."""
    found = tables.turn(turn_id)
    if found is None:
        raise NotFound("NO_SUCH_TURN", "There is no such turn.")
    log = tables.log(found.log) if found.log is not None else None
    if log is None:
        return Purged(0, more=False)
    if log.end is None:
        tables.put_log(replace(log, keeps=False))
        return Purged(0, more=False)
    logs = shelf.take_log(tables, log.key, log.id)
    replies.drop_unused(tables, logs)
    return Purged(len(logs), more=False)
