"""What happened lately, numbered, so that a page that lost its connection goes on where it was."""

import asyncio
import secrets
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import orjson

KEPT: Final = 4_000
"""How many events a page may miss and still resume."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One event; `audience` names who alone may see it, None means everybody."""

    number: int
    kind: str
    body: bytes
    audience: str | None


class MissedTooMuchError(Exception):
    """The reader was away for longer than the feed remembers, or this is another run of the sandbox."""


class Feed:
    """The last events. Readers keep their own place, so one that reads slowly costs nothing."""

    def __init__(self, kept: int = KEPT) -> None:
        self._run = secrets.token_hex(4)
        self._entries: deque[Entry] = deque(maxlen=kept)
        self._last = 0
        self._changed = asyncio.Event()
        self.closed = False

    @property
    def place(self) -> str:
        """Where a reader begins who knows everything up to now."""
        return self.id_of(self._last)

    def id_of(self, number: int) -> str:
        """The id that a reader hands back to resume after this event."""
        return f"{self._run}-{number}"

    def add(self, kind: str, content: Any, audience: str | None = None) -> None:
        """Tell all readers."""
        self._last += 1
        self._entries.append(Entry(self._last, kind, orjson.dumps(content), audience))
        self._wake()

    def close(self) -> None:
        """Send all readers home."""
        self.closed = True
        self._wake()

    def number_of(self, place: str) -> int:
        """The number behind an id; raises MissedTooMuchError when what came after it is no longer known."""
        run, _, digits = place.partition("-")
        number = int(digits) if digits.isdecimal() else -1
        oldest = self._entries[0].number if self._entries else self._last + 1
        if run != self._run or not oldest - 1 <= number <= self._last:
            raise MissedTooMuchError
        return number

    def after(self, number: int) -> Iterator[Entry]:
        """What came after that number."""
        return (entry for entry in tuple(self._entries) if entry.number > number)

    async def more_than(self, number: int, within: float) -> bool:
        """Wait until there is something after that number, at most `within` seconds; tell whether there is."""
        try:
            async with asyncio.timeout(within):
                while self._last <= number and not self.closed:
                    await self._changed.wait()
        except TimeoutError:
            return False
        return True

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
