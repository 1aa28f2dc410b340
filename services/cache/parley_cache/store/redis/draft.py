"""What one operation wants to write: new values of cells, and commands beside them."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from parley_cache.limits import Limits
from parley_cache.store.redis import cells, names
from parley_cache.store.redis.names import PREFIX
from parley_cache.store.redis.reads import NOTHING, VERSION, Cell, NotRead, Read, Reads

Word = str | bytes | int | float
Command = tuple[Word, ...]

WORDS = 1000
"""Words of one command at most: Lua unpacks them on its stack."""


class Draft:
    """Values over what was read. `now` in the store's seconds; `beside`: what lies beside cells and may be kept near."""

    def __init__(self, reads: Reads, limits: Limits, now: float) -> None:
        self.reads = reads
        self.limits = limits
        self.now = now
        self.version = secrets.token_bytes(VERSION)
        self.told: dict[str, None] = {}
        self.beside: dict[str, Cell] = {}
        self._values: dict[str, Any] = {}
        self._commands: list[Command] = []
        self._figures: Counter[str] = Counter()

    def tell(self, subject: str) -> None:
        self.told[subject] = None

    def hush(self, subject: str) -> None:
        self.told.pop(subject, None)

    def _cell(self, key: str) -> Any:
        if key in self._values:
            return self._values[key]
        return self._former(key)

    def _former(self, key: str) -> Any:
        cell = self.reads.cells.get(key)
        if cell is None:
            raise NotRead(Read("cell", key))
        self.reads.used.add(key)
        return cell.value

    def _put(self, key: str, value: Any) -> None:
        """Write a cell; it is read first, so that nobody else's writing is lost."""
        self._former(key)
        self._values[key] = value

    def _point(self, key: str, value: Any) -> None:
        """Write a cell whatever stands there: the last one to write is right."""
        self._values[key] = value

    def _changed(self, kind: str) -> Iterator[tuple[str, Any, Any]]:
        """Yield name, former and new value of each changed cell of a kind."""
        for key, value in self._values.items():
            if key.startswith(kind):
                yield key[len(kind) :], self._former(key), value

    def _do(self, command: str, key: str, *words: Word) -> None:
        self._commands.append((command, PREFIX + key, *words))

    def _do_many(self, command: str, key: str, words: Iterable[Word]) -> None:
        several = list(words)
        for first in range(0, len(several), WORDS):
            self._do(command, key, *several[first : first + WORDS])

    def want(self, *reads: Read) -> None:
        """Have all of these read at once."""
        lacking = [read for read in reads if read not in self.reads]
        if lacking:
            raise NotRead(*lacking)

    def _read(self, read: Read) -> Any:
        if read not in self.reads.others:
            raise NotRead(read)
        return self.reads.others[read]

    def writes(self) -> list[Command]:
        """Return all that is to be written, in order; nothing when nothing changed."""
        fresh = self.fresh()
        commands = [self._set(key, cell) for key, cell in fresh.items()]
        commands += self._commands
        commands += [("HINCRBY", PREFIX + names.FIGURES, name, step) for name, step in self._figures.items() if step]
        if self.told:
            commands.append(("PUBLISH", names.CHANNEL, "\n".join(self.told)))
        return commands

    def fresh(self) -> dict[str, Cell]:
        """Return the cells that get a new value."""
        return {key: self._fresh(value) for key, value in self._values.items() if self._differs(key, value)}

    def _fresh(self, value: Any) -> Cell:
        return NOTHING if value is None else Cell(self.version, value)

    def _differs(self, key: str, value: Any) -> bool:
        former = self.reads.cells.get(key)
        return former is None or (former.value is not value and former.value != value)

    def _set(self, key: str, cell: Cell) -> Command:
        if cell.value is None:
            return ("DEL", PREFIX + key)
        return ("SET", PREFIX + key, cell.version + cells.encode(key, cell.value))
