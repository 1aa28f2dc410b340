"""What an operation will surely read, told before its rule runs, so that it is read in one go. A guess costs nothing but bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from parley_cache import metering
from parley_cache.model import Named, Opening, ReplyTo
from parley_cache.records import Log, Turn
from parley_cache.retention import Stored
from parley_cache.store.operations import Surely
from parley_cache.store.redis import names
from parley_cache.store.redis.cells import KINDS
from parley_cache.store.redis.log_table import blocks
from parley_cache.store.redis.names import PREFIX
from parley_cache.store.redis.reads import Read
from parley_cache.turns import Ask
from parley_cache.views import PIECE

KINDS[Stored.__name__] = Stored

Known = Callable[[str], Any]
"""From a cell's key to its value as this process saw it last; None when it did not."""

WHOLE = "^.*$"
LOG_OF_STORED = '^........%["([^"]*)"'
"""Where a stored reply's record names its log: first of its fields, after eight bytes of time."""

LIGHT = {"renew", "post"}
"""Operations that touch the turn alone."""


def needs(name: str, surely: Surely, known: Known) -> Iterator[Read]:
    """Yield what to read."""
    if surely.turn is None:
        return
    yield from _turn(surely.turn)
    if surely.ask is not None:
        yield from _claim(surely.ask)
    turn = known(names.turn(surely.turn))
    if isinstance(turn, Turn) and name not in LIGHT:
        yield from _around(name, surely, turn, known)


def _turn(turn_id: str) -> Iterator[Read]:
    yield Read("cell", names.turn(turn_id))
    yield Read("cell", names.opening(turn_id))


def _claim(ask: Ask) -> Iterator[Read]:
    opening = ask.opening
    yield from _conversation(opening)
    yield Read("cell", names.log(f"{opening.turn_id}.{ask.lease}"))
    for kind, name in metering.needs(opening.origin):
        KINDS[kind.__name__] = kind
        yield Read("cell", names.record(kind, name))
    if ask.key is not None:
        yield Read("chain", names.record(Stored, ask.key.hex()), PREFIX + names.log("%s"), LOG_OF_STORED)
        leader = " ".join(PREFIX + form for form in (names.log("%s"), names.turn("%t"), names.opening("%t")))
        yield Read("chain", names.live(ask.key), leader, WHOLE)


def _conversation(opening: Opening) -> Iterator[Read]:
    reference, found = opening.reference, PREFIX + names.conversation("%s")
    if isinstance(reference, Named):
        yield Read("cell", names.conversation(reference.id))
        return
    yield Read("cell", names.conversation(f"turn-{opening.turn_id}"))
    if isinstance(reference, ReplyTo):
        yield Read("chain", names.of_message(reference.message_id), found, WHOLE)
    else:
        yield Read("chain", names.recent(reference.channel_id, reference.user_id), found, WHOLE)


def _around(name: str, surely: Surely, turn: Turn, known: Known) -> Iterator[Read]:
    if name != "append":
        yield Read("cell", names.conversation(turn.conversation))
    if turn.log is None:
        return
    yield Read("cell", names.log(turn.log))
    log = known(names.log(turn.log))
    if not isinstance(log, Log) or name == "append":
        return
    if name == "look":
        yield from _text(surely, turn, log)
    if log.leader == turn.id or name != "look":
        yield Read("group", names.readers(log.id))
    if name == "finish" and log.key is not None:
        yield Read("cell", names.live(log.key))
        yield Read("cell", names.record(Stored, log.key.hex()))
    if name == "end":
        yield from blocks(log.id, 0, log.length)


def _text(surely: Surely, turn: Turn, log: Log) -> Iterator[Read]:
    seen = surely.seen
    if seen is None or log.leader == turn.id:
        return
    start = seen.offset if seen.attempt == log.attempt else 0
    yield from blocks(log.id, start, min(start + PIECE, max(log.length, start + 1)))
