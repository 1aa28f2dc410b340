"""Frozen dataclasses as compact JSON and back: a record is the list of its fields, in their order.

What a field may hold: text, numbers, truth values, None, bytes, times, durations, enums, tuples and further
dataclasses; one of several dataclasses is written with its place among them. A list that is too short, written before
a field existed, gets that field's default. The codec of a class is built once, from its annotations.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, Generic, NamedTuple, TypeVar

import orjson

T = TypeVar("T")


class Codec(NamedTuple, Generic[T]):
    """From a value to what JSON can hold, and back."""

    pack: Callable[[T], Any]
    unpack: Callable[[Any], T]


def _same(value: Any) -> Any:
    return value


_PLAIN: dict[Any, Codec[Any]] = {
    **dict.fromkeys((str, int, bool, types.NoneType), Codec(_same, _same)),
    float: Codec(_same, float),
    bytes: Codec(bytes.hex, bytes.fromhex),
    datetime: Codec(datetime.isoformat, datetime.fromisoformat),
    timedelta: Codec(timedelta.total_seconds, lambda seconds: timedelta(seconds=seconds)),
}


def codec_of(kind: Any) -> Codec[Any]:
    """Return how values of an annotation are written."""
    if kind in _PLAIN:
        return _PLAIN[kind]
    if typing.get_origin(kind) is tuple:
        return _of_tuple(typing.get_args(kind))
    if typing.get_origin(kind) in {typing.Union, types.UnionType}:
        return _of_union(typing.get_args(kind))
    if isinstance(kind, type) and issubclass(kind, Enum):
        members = {member.value: member for member in kind}
        return Codec(lambda member: member.value, members.__getitem__)
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        return of_dataclass(kind)
    raise TypeError(f"{kind} is nothing that a record may hold.")


def _of_tuple(parts: Sequence[Any]) -> Codec[Any]:
    if len(parts) == 2 and parts[1] is Ellipsis:  # noqa: PLR2004 — the two parts of tuple[X, ...]
        pack, unpack = codec_of(parts[0])
        if pack is unpack:
            return Codec(_same, tuple)
        return Codec(lambda values: [pack(one) for one in values], lambda found: tuple(unpack(one) for one in found))
    each = [codec_of(part) for part in parts]
    return Codec(
        lambda values: [one.pack(value) for one, value in zip(each, values, strict=True)],
        lambda found: tuple(one.unpack(value) for one, value in zip(each, found, strict=True)),
    )


def _of_union(parts: Sequence[Any]) -> Codec[Any]:
    kinds = [part for part in parts if part is not types.NoneType]
    if len(kinds) == 1:
        pack, unpack = codec_of(kinds[0])
    else:
        pack, unpack = _of_alternatives(kinds)
    if len(kinds) == len(parts):
        return Codec(pack, unpack)
    return Codec(
        lambda value: None if value is None else pack(value), lambda found: None if found is None else unpack(found)
    )


def _of_alternatives(kinds: Sequence[Any]) -> Codec[Any]:
    each = [codec_of(kind) for kind in kinds]
    places = {kind: place for place, kind in enumerate(kinds)}

    def pack(value: Any) -> Any:
        place = places[type(value)]
        return [place, each[place].pack(value)]

    return Codec(pack, lambda found: each[found[0]].unpack(found[1]))


_MADE: dict[tuple[Any, int], Codec[Any]] = {}


def of_dataclass(kind: Any, *, skip: int = 0) -> Codec[Any]:
    """Return how a dataclass is written; with `skip`, without its first fields, and read as a list of the others."""
    if (kind, skip) not in _MADE:
        _MADE[kind, skip] = _make(kind, skip)
    return _MADE[kind, skip]


def _make(kind: Any, skip: int) -> Codec[Any]:
    hints = typing.get_type_hints(kind)
    names = [field.name for field in dataclasses.fields(kind)][skip:]
    each = [codec_of(hints[name]) for name in names]
    packs = [(name, codec.pack) for name, codec in zip(names, each, strict=True)]
    unpacks = [codec.unpack for codec in each]

    def unpack(found: Any) -> list[Any]:
        return [unpack(one) for unpack, one in zip(unpacks, found, strict=False)]

    return Codec(
        lambda value: [pack(getattr(value, name)) for name, pack in packs],
        unpack if skip else lambda found: kind(*unpack(found)),
    )


def dumps(value: Any) -> bytes:
    """Write a record."""
    return orjson.dumps(of_dataclass(type(value)).pack(value))


def loads(kind: type[T], found: bytes | memoryview) -> T:
    """Read a record."""
    record: T = of_dataclass(kind).unpack(orjson.loads(found))
    return record
