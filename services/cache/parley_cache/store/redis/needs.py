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
from parley_cache.store.redis.cells import KINDS, Kept
from parley_cache.store.redis.log_table import blocks
from parley_cache.store.redis.names import PREFIX
from parley_cache.store.redis.reads import Read
from parley_cache.turns import Ask
from parley_cache.views import PIECE

KINDS[Stored.__name__] = Stored

Known = Callable[[str], Any]
"""From a cell's key to its value as this process saw it last; None when it did not."""

BEGINNING = 2
"""Blocks of a shared answer's text that are read with its name: most answers are no longer."""

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
        yield from _claim(surely.ask, known)
    turn = known(names.turn(surely.turn))
    if isinstance(turn, Turn) and name not in LIGHT:
        yield from _around(name, surely, turn, known)


def _turn(turn_id: str) -> Iterator[Read]:
    yield Read("cell", names.turn(turn_id))
    yield Read("cell", names.opening(turn_id))


def _claim(ask: Ask, known: Known) -> Iterator[Read]:
    opening = ask.opening
    yield from _conversation(opening)
    yield Read("cell", names.log(f"{opening.turn_id}.{ask.lease}"))
    for kind, name in metering.needs(opening.origin):
        KINDS[kind.__name__] = kind
        yield Read("cell", names.record(kind, name))
    if ask.key is not None:
        yield from _shared(ask.key, known)


def _shared(key: bytes, known: Known) -> Iterator[Read]:
    """Yield the answer that is stored or runs, with the beginning of its text unless that is near."""
    log, text = names.log("%s"), [names.block("%s", number) for number in range(BEGINNING)]
    stored = names.record(Stored, key.hex())
    yield Read("chain", stored, _forms(log, *(() if stored_text(stored, known) else text)), LOG_OF_STORED)
    yield Read("chain", names.live(key), _forms(log, names.turn("%t"), names.opening("%t"), *text), WHOLE)


def _forms(*forms: str) -> str:
    return " ".join(PREFIX + form for form in forms)


def stored_text(stored: str, known: Known) -> bool:
    """Tell whether the text of this stored reply is near."""
    kept = known(stored)
    if not isinstance(kept, Kept):
        return False
    return ended_text(known(names.log(kept.record.log)), known)


def ended_text(log: object, known: Known) -> bool:
    """Tell whether a log has ended and its text is near."""
    if not isinstance(log, Log) or log.end is None:
        return False
    return all(known(read.key) is not None for read in blocks(log.id, 0, log.length))


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
        yield from _text(surely, turn, log, known)
    if log.leader == turn.id or name != "look":
        yield Read("group", names.readers(log.id))
    if name in {"finish", "end"} and log.key is not None:
        yield Read("cell", names.record(Stored, log.key.hex()))
    if name == "finish" and log.key is not None:
        yield Read("cell", names.live(log.key))
    if name == "end":
        yield from _lacking(log, 0, log.length, known)


def _lacking(log: Log, start: int, stop: int, known: Known) -> Iterator[Read]:
    for read in blocks(log.id, start, stop):
        if log.end is None or known(read.key) is None:
            yield read


def _text(surely: Surely, turn: Turn, log: Log, known: Known) -> Iterator[Read]:
    seen = surely.seen
    if seen is None or log.leader == turn.id:
        return
    start = seen.offset if seen.attempt == log.attempt else 0
    yield from _lacking(log, start, min(start + PIECE, max(log.length, start + 1)), known)
