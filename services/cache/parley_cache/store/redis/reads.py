"""What an operation has read: cells and groups with their versions, and what lies beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from parley_cache.store.redis.names import PREFIX, TEXT

VERSION = 8
"""Bytes of a version: random, new with each step that writes, so that none ever comes twice."""

UNCHANGED = b"="
ABSENT = b""


class Read(NamedTuple):
    """One thing to read; step.lua says what the kinds are and what two more words mean."""

    kind: str
    key: str
    first: str | float = ""
    second: str | float = ""


class NotRead(Exception):  # noqa: N818 — a signal of this room, never an error that anybody sees
    """A rule asked for something that was not read: read it, and run the rule again."""

    def __init__(self, *reads: Read) -> None:
        super().__init__()
        self.reads = reads


class Cell(NamedTuple):
    """A cell's or a group's version and value; ABSENT and None: there is none."""

    version: bytes
    value: Any


NOTHING = Cell(ABSENT, None)

Decode = Callable[[str, bytes], Any]
"""From a key and what stands after the version to the value."""


@dataclass(slots=True)
class Reads:
    """Everything read so far by one try of an operation.

    `known`: what this process saw before, which others change meanwhile; `sent`: what of it Redis was told that we
    know; `used`: the cells and groups that the rule looked at. Only these must not change: what was read on a guess
    stands in nobody's way.
    """

    known: Mapping[str, Cell]
    decode: Decode
    cells: dict[str, Cell] = field(default_factory=dict)
    groups: dict[str, Cell] = field(default_factory=dict)
    others: dict[Read, Any] = field(default_factory=dict)
    sent: dict[str, Cell] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    def __contains__(self, read: Read) -> bool:
        if read.kind == "cell":
            return read.key in self.cells
        if read.kind == "group":
            return read.key in self.groups
        return read in self.others

    def value(self, key: str) -> Any:
        """Return a cell's value as it was read, or as this process saw it before; None: neither."""
        cell = self.cells.get(key) or self.known.get(key)
        return cell.value if cell is not None else None

    def request(self, read: Read) -> Iterator[str | bytes | float]:
        """Yield the words that ask for it."""
        key, first, second = PREFIX + read.key, read.first, read.second
        if read.kind in {"cell", "group"}:
            known = self.sent[read.key] = self.known.get(read.key, NOTHING)
            first = known.version  # type: ignore[assignment]  # bytes go as they are
        yield from (read.kind, key, first, second)

    def take(self, read: Read, found: Any) -> None:
        """Note the answer to a request."""
        if read.kind == "cell":
            self.cells[read.key] = self._cell(read.key, found)
        elif read.kind == "group":
            self.groups[read.key] = self._group(read.key, found)
        else:
            self.others[read] = found
            if read.kind == "chain":
                self._take_chain(read, found)

    def _take_chain(self, read: Read, found: Sequence[Any]) -> None:
        self.cells[read.key] = self._cell(read.key, found[0])
        for name, cell in zip(found[1::2], found[2::2], strict=True):
            key = name.decode()[len(PREFIX) :]
            if key.startswith(TEXT):
                self.others[Read("raw", key)] = cell
            else:
                self.cells[key] = self._cell(key, cell)

    def _cell(self, key: str, found: bytes | None) -> Cell:
        if found is None:
            return NOTHING
        if found == UNCHANGED:
            return self.sent[key]
        known = self.known.get(key)
        if known is not None and found[:VERSION] == known.version:
            return known
        return Cell(found[:VERSION], self.decode(key, found[VERSION:]))

    def _group(self, key: str, found: Any) -> Cell:
        if found == UNCHANGED:
            return self.sent[key]
        members = dict(zip(found[::2], found[1::2], strict=True))
        version = members.pop(b"", ABSENT)
        members.pop(b"#", None)
        ordered = sorted(members, key=lambda member: int(members[member]))
        return Cell(version, tuple(member.decode() for member in ordered))

    def expectations(self, skip: str) -> list[tuple[str, str, bytes]]:
        """Return what must still be as it was when the rule looked at it; keys that begin with `skip` change only with another cell."""
        used = [key for key in self.used if not key.startswith(skip)]
        cells = [("cell", key, self.cells[key].version) for key in used if key in self.cells]
        return cells + [("group", key, self.groups[key].version) for key in used if key in self.groups]

    def wanted(self) -> list[Read]:
        """Return all that was read, to read it again."""
        again = [Read("cell", key) for key in self.cells]
        again += [Read("group", key) for key in self.groups]
        return again + [read for read in self.others if read.kind != "chain"]
