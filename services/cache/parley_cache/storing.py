"""From reply logs to the shelf and back: what is stored of a turn's answer, and what that saved. Rules over `Tables`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from parley_cache import shelf
from parley_cache.model import Finished, Mode, TextEnd
from parley_cache.records import Log, Turn
from parley_cache.retention import Saving, Stored
from parley_cache.shelf import Reply
from parley_cache.store.tables import Tables

HITS = "replies.hits"
FOLLOWS = "replies.follows"
MISSES = "replies.misses"
SAVED_MILLISECONDS = "replies.saved_milliseconds"
SAVED_TOKENS = "replies.saved_tokens"

BARRED_FOR = 3600.0
"""How long a purge keeps out what was running then, in seconds: longer than a turn may last."""


@dataclass(frozen=True, slots=True)
class Barred:
    """What began before `until`, in the store's seconds, is not stored any more."""

    until: float


def guild(guild_id: str) -> str:
    """Name the order of a guild's replies."""
    return f"replies.guild.{guild_id}"


def conversation(conversation_id: str) -> str:
    """Name the order of a conversation's replies."""
    return f"replies.conversation.{conversation_id}"


def member(user_id: str) -> str:
    """Name the order of the replies to a member's questions."""
    return f"replies.member.{user_id}"


def groups(turn: Turn) -> tuple[str, ...]:
    """Name the orders in which a purge finds the answer of a turn."""
    origin = turn.opening.origin
    guilds = (guild(origin.guild_id),) if origin.guild_id else ()
    return (*guilds, conversation(turn.conversation), member(origin.author_id))


def stored_log(tables: Tables, turn: Turn, key: bytes) -> str | None:
    """Return the log that is stored for a key, if this turn welcomes it; counts as a use."""
    stored = shelf.use(tables, key) if turn.opening.policy.mode is Mode.USE else None
    return stored.log if stored is not None else None


def count_hit(tables: Tables, key: bytes) -> None:
    """A turn is served by a stored reply."""
    stored = tables.record(Stored, key.hex())
    tables.add(HITS, 1)
    if stored is not None:
        _count_saving(tables, stored.saving)


def _count_saving(tables: Tables, saving: Saving) -> None:
    tables.add(SAVED_MILLISECONDS, round(saving.seconds * 1000))
    tables.add(SAVED_TOKENS, saving.tokens)


def count_follow(tables: Tables) -> None:
    """A turn reads what another one gets."""
    tables.add(FOLLOWS, 1)


def count_miss(tables: Tables) -> None:
    """A turn whose answer may be shared has to get it itself."""
    tables.add(MISSES, 1)


def keep(tables: Tables, log: Log, end: TextEnd) -> Sequence[str]:
    """Store a log that has just ended, if it may be; return the logs that had to go for it."""
    saving = Saving(max(0.0, tables.now - log.begun), end.usage.worked if end.usage is not None else 0)
    if not _is_complete(end):
        return ()
    for _follower in tables.readers(log.id):
        _count_saving(tables, Saving(0.0, saving.tokens))
    if log.key is None or not log.keeps or _is_barred(tables, log):
        return ()
    return shelf.store(tables, Reply(log.key, log.id, log.size, saving, log.groups))


def _is_complete(end: TextEnd) -> bool:
    return isinstance(end.result, Finished) and end.result.stop_reason != "refusal"


def _is_barred(tables: Tables, log: Log) -> bool:
    bars = tables.records(Barred, (shelf.TIMES, *log.groups))
    return any(barred is not None and log.begun <= barred.until for barred in bars)


def bar(tables: Tables, order: str) -> None:
    """Keep replies of an order from being stored that are running now."""
    tables.put_record(order, Barred(tables.now), tables.now + BARRED_FOR)


@dataclass(frozen=True, slots=True)
class Statistics:
    """What stored and shared replies did since the store began; `oldest` is the age of the oldest one, in seconds; None: there is none."""

    hits: int
    misses: int
    follows: int
    saved_seconds: float
    saved_tokens: int
    entries: int
    size: int
    evictions: int
    oldest: float | None
    time_to_live: float


def statistics(tables: Tables) -> Statistics:
    """Count what the shelf did."""
    return Statistics(
        hits=tables.total(HITS),
        misses=tables.total(MISSES),
        follows=tables.total(FOLLOWS),
        saved_seconds=tables.total(SAVED_MILLISECONDS) / 1000,
        saved_tokens=tables.total(SAVED_TOKENS),
        entries=tables.total(shelf.ENTRIES),
        size=tables.total(shelf.BYTES),
        evictions=tables.total(shelf.EVICTIONS),
        oldest=_oldest(tables),
        time_to_live=shelf.time_to_live(tables),
    )


def _oldest(tables: Tables) -> float | None:
    names = tables.lowest(shelf.TIMES, 1)
    stored = tables.record(Stored, names[0]) if names else None
    return tables.now - stored.at if stored is not None else None
