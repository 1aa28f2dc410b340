"""Which complete replies stay: a time to live, and bounds on entries and bytes; the longest unused goes first. Pure."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from parley_cache.limits import Limits


@dataclass(frozen=True, slots=True)
class _Entry:
    log: str
    size: int
    until: float


class Shelf:
    """Stored replies by key."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._entries: OrderedDict[bytes, _Entry] = OrderedDict()  # the longest unused first
        self._ages: dict[bytes, None] = {}  # the oldest first
        self._logs: dict[str, bytes] = {}
        self.size = 0

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, log: str) -> bool:
        return log in self._logs

    def get(self, key: bytes, now: float) -> str | None:
        """Return the fresh reply of a key; it counts as used."""
        entry = self._entries.get(key)
        if entry is None or entry.until <= now:
            return None
        self._entries.move_to_end(key)
        return entry.log

    def put(self, key: bytes, log: str, size: int, now: float) -> Sequence[str]:
        """Store a reply in place of the key's former one; return the logs that had to go."""
        gone = [self._take(key)] if key in self._entries else []
        if size > self._limits.reply_bytes:
            return gone
        self._entries[key] = _Entry(log, size, now + self._limits.reply_ttl)
        self._ages[key] = None
        self._logs[log] = key
        self.size += size
        while len(self._entries) > self._limits.reply_entries or self.size > self._limits.reply_bytes:
            gone.append(self._take(next(iter(self._entries))))
        return gone

    def take_stale(self, now: float) -> Sequence[str]:
        """Take out what is too old; return its logs."""
        gone: list[str] = []
        while self._ages and self._entries[oldest := next(iter(self._ages))].until <= now:
            gone.append(self._take(oldest))
        return gone

    def _take(self, key: bytes) -> str:
        entry = self._entries.pop(key)
        del self._ages[key]
        del self._logs[entry.log]
        self.size -= entry.size
        return entry.log
