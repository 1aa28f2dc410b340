"""Reply logs in Redis. Text lies in blocks of so many code points, so that nothing is rewritten as it grows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from typing_extensions import override

from parley_cache.records import Log
from parley_cache.store.redis import names
from parley_cache.store.redis.draft import Command, Draft
from parley_cache.store.redis.names import PREFIX
from parley_cache.store.redis.near import SETTLED
from parley_cache.store.redis.reads import Cell, NotRead, Read
from parley_cache.store.tables import LogTable, log_subject

BLOCK = 4096
"""Code points of a block; a reader's place finds its block by division. UTF-8 inside: at most 16 kB."""

LOGS, LOG_BYTES = "logs", "log_bytes"


def blocks(log_id: str, start: int, stop: int) -> list[Read]:
    """Return the reads that hold [start, stop) of a log's text."""
    if start >= stop:
        return []
    return [Read("raw", names.block(log_id, number)) for number in range(start // BLOCK, (stop - 1) // BLOCK + 1)]


class RedisLogs(Draft, LogTable):
    """Each is a cell, its blocks of text, and a group of readers."""

    @override
    def log(self, log_id: str) -> Log | None:
        log: Log | None = self._cell(names.log(log_id))
        return log

    @override
    def put_log(self, log: Log) -> None:
        self._put(names.log(log.id), log)
        self.tell(log_subject(log.id))

    @override
    def drop_log(self, log_id: str) -> None:
        self.clear_text(log_id)
        self._put(names.log(log_id), None)
        self._do("DEL", names.readers(log_id))

    @override
    def text(self, log_id: str, start: int, stop: int) -> str:
        wanted = blocks(log_id, start, stop)
        log = self.log(log_id)
        settled = log is not None and log.end is not None
        if settled:
            self._recall(wanted)
        self.want(*wanted)
        if settled:
            self.beside |= {read.key: Cell(SETTLED, self._read(read) or b"") for read in wanted}
        text = b"".join(self._read(read) or b"" for read in wanted).decode()
        skipped = start // BLOCK * BLOCK
        return text[start - skipped : stop - skipped]

    def _recall(self, wanted: Iterable[Read]) -> None:
        """Take what is near of a text that has ended: it stands as long as its log does, which is compared."""
        for read in wanted:
            cell = self.reads.known.get(read.key)
            if cell is not None:
                self.reads.others.setdefault(read, cell.value)

    @override
    def append_text(self, log_id: str, text: str) -> None:
        """Append at the end that the log's record tells: the rules write the record after its text."""
        end = self._length(log_id)
        for number, piece in _cut(end, text):
            self._do("APPEND", names.block(log_id, number), piece.encode())

    @override
    def clear_text(self, log_id: str) -> None:
        gone = [PREFIX + read.key for read in blocks(log_id, 0, self._length(log_id))]
        if gone:
            self._do("DEL", names.block(log_id, 0), *gone[1:])

    def _length(self, log_id: str) -> int:
        log = self.log(log_id)
        return log.length if log is not None else 0

    @override
    def readers(self, log_id: str) -> Iterable[str]:
        key = names.readers(log_id)
        group = self.reads.groups.get(key)
        if group is None:
            raise NotRead(Read("group", key))
        self.reads.used.add(key)
        found = dict.fromkeys(group.value)
        for verb, reader in self._moves(key):
            if verb == "JOIN":
                found.setdefault(reader)
            elif verb == "LEAVE":
                found.pop(reader, None)
        return found

    def _moves(self, key: str) -> Iterator[tuple[str, str]]:
        for command in self._commands:
            if command[1] == PREFIX + key and command[0] in {"JOIN", "LEAVE"}:
                yield str(command[0]), str(command[2])

    @override
    def add_reader(self, log_id: str, turn_id: str) -> None:
        self._do("JOIN", names.readers(log_id), turn_id, self.version)

    @override
    def drop_reader(self, log_id: str, turn_id: str) -> None:
        self._do("LEAVE", names.readers(log_id), turn_id, self.version)

    @override
    def live(self, key: bytes) -> str | None:
        log_id: str | None = self._cell(names.live(key))
        return log_id

    @override
    def set_live(self, key: bytes, log_id: str | None) -> None:
        self._put(names.live(key), log_id)

    @override
    def writes(self) -> list[Command]:
        for _log_id, former, log in self._changed(names.log("")):
            self._figures[LOGS] += (log is not None) - (former is not None)
            self._figures[LOG_BYTES] += (log.size if log is not None else 0) - (
                former.size if former is not None else 0
            )
        return super().writes()


def _cut(place: int, text: str) -> Iterator[tuple[int, str]]:
    """Yield the pieces of a text that begins at `place`, each with the number of its block."""
    while text:
        number, inside = divmod(place, BLOCK)
        piece, text = text[: BLOCK - inside], text[BLOCK - inside :]
        place += len(piece)
        yield number, piece
