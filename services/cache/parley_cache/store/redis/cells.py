"""How each kind of cell is written; the word before a key's first colon is its kind."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any, NamedTuple

import orjson

from parley_cache.model import Message, Opening
from parley_cache.records import Conversation, Log, Turn
from parley_cache.store.redis import shapes

_UNTIL = struct.Struct(">d")

KINDS: dict[str, type[Any]] = {}
"""The classes of the drawers' records by their names, as rules ask for them."""


class Kept(NamedTuple):
    """A record of the drawers, and until when it is one."""

    until: float
    record: Any


_TURN = shapes.of_dataclass(Turn, skip=1)


def _text(kind: type[Any]) -> tuple[Callable[[Any], bytes], Callable[[bytes], Any]]:
    return shapes.dumps, lambda found: shapes.loads(kind, found)


_CODECS: dict[str, tuple[Callable[[Any], bytes], Callable[[bytes], Any]]] = {
    "turn": (lambda turn: orjson.dumps(_TURN.pack(turn)), lambda found: _TURN.unpack(orjson.loads(found))),
    "opening": _text(Opening),
    "log": _text(Log),
    "conversation": _text(Conversation),
    **dict.fromkeys(("live", "message", "recent"), (str.encode, bytes.decode)),
}


def encode(key: str, value: Any) -> bytes:
    """Return what stands after a cell's version."""
    kind, _, _ = key.partition(":")
    if kind == "record":
        return _UNTIL.pack(value.until) + shapes.dumps(value.record)
    return _CODECS[kind][0](value)


def decode(key: str, found: bytes) -> Any:
    """Return the value of a cell; a turn comes as the fields after its opening."""
    kind, _, name = key.partition(":")
    if kind == "record":
        return Kept(_UNTIL.unpack_from(found)[0], shapes.loads(KINDS[name.partition(":")[0]], found[_UNTIL.size :]))
    return _CODECS[kind][1](found)


def dump_message(message: Message) -> bytes:
    """Write a message of a conversation."""
    return shapes.dumps(message)


def load_message(found: bytes) -> Message:
    """Read a message of a conversation."""
    return shapes.loads(Message, found)
