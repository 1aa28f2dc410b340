"""What the loopback Claude was asked and how each request ended; tests wait on it instead of sleeping."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

Outcome = Literal["running", "completed", "refused", "closed_by_client", "cut", "broken", "shut_down"]
"""refused: an HTTP error. cut, broken: a fault of ours ended it. shut_down: the server stopped first."""

KEPT = 5_000


@dataclass(frozen=True, slots=True)
class Record:
    """One request. Times are monotonic seconds, `at` is the wall's time, `deltas` the text events that were sent.

    parameters: the rest of the body.   faults: the kinds that it met.   execution: None when no reply was begun.
    """

    number: int
    at: datetime
    path: str
    started: float
    headers: Mapping[str, str]
    bytes: int = 0
    model: str = ""
    messages: Sequence[Mapping[str, Any]] = ()
    system: Sequence[Mapping[str, Any]] = ()
    max_tokens: int = 0
    stream: bool = False
    parameters: Mapping[str, Any] | None = None
    execution: int | None = None
    faults: tuple[str, ...] = ()
    status: int | None = None
    first_delta: float | None = None
    ended: float | None = None
    deltas: int = 0
    text: str = ""
    usage: Mapping[str, Any] | None = None
    outcome: Outcome = "running"

    @property
    def traceparent(self) -> str:
        """The caller's trace context, or an empty text."""
        return self.headers.get("traceparent", "")

    @property
    def closed_by_client(self) -> bool:
        """Whether the caller went away before the reply was whole."""
        return self.outcome == "closed_by_client"

    @property
    def question(self) -> str:
        """The text of the newest user message."""
        users = [message for message in self.messages if message["role"] == "user"]
        blocks = users[-1]["content"] if users else ()
        return "\n".join(block["text"] for block in blocks if block["type"] == "text")


class Journal:
    """All records, the streams that are open now (`live`), the most at once (`peak`), the replies begun (`executions`)."""

    def __init__(self, kept: int = KEPT) -> None:
        self._records: dict[int, Record] = {}
        self._order: deque[int] = deque()
        self._kept = kept
        self._changed = asyncio.Event()
        self._numbers = 0
        self.live = 0
        self.peak = 0
        self.executions = 0

    @property
    def records(self) -> tuple[Record, ...]:
        """Return the records, oldest first."""
        return tuple(self._records[number] for number in self._order)

    def next_number(self) -> int:
        """Return a number for a request that just came."""
        self._numbers += 1
        return self._numbers

    def note(self, record: Record) -> None:
        """Take in a new record; the oldest leaves when there are too many."""
        self._records[record.number] = record
        self._order.append(record.number)
        if len(self._order) > self._kept:
            del self._records[self._order.popleft()]
        self._tell()

    def amend(self, record: Record, **changes: Any) -> Record:
        """Return a record with more written into it, and keep it unless it has already left."""
        amended = replace(record, **changes)
        if record.number in self._records:
            self._records[record.number] = amended
        self._tell()
        return amended

    def next_execution(self) -> int:
        """Return the number of the reply that begins now."""
        self.executions += 1
        return self.executions

    def opened(self) -> None:
        """Count a stream that is open from now on."""
        self.live += 1
        self.peak = max(self.peak, self.live)
        self._tell()

    def closed(self) -> None:
        """Count it out again."""
        self.live -= 1
        self._tell()

    async def until(self, condition: Callable[[], bool], within: float) -> None:
        """Return when the condition holds, looking again at every change; TimeoutError after `within` seconds."""
        async with asyncio.timeout(within):
            while not condition():
                await self._changed.wait()

    def _tell(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
