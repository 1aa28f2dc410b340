"""The record of a request while it is being written."""

from collections.abc import Mapping
from typing import Any

from .clock import Clock
from .records import Journal, Outcome, Record
from .wire import Request

KEPT_HEADERS = ("traceparent", "user-agent", "anthropic-beta", "x-stainless-retry-count", "x-claude-code-session-id")
"""The headers that go into a record; the key never does."""


class Entry:
    """One request's record; its first end counts."""

    def __init__(self, journal: Journal, clock: Clock, path: str, headers: Mapping[str, str]) -> None:
        self._journal = journal
        self._clock = clock
        self.texts: list[str] = []
        kept = {name: headers[name] for name in KEPT_HEADERS if name in headers}
        self.record = Record(journal.next_number(), clock.wall(), path, clock.monotonic(), kept)
        journal.note(self.record)

    def arrived(self, raw: bytes) -> None:
        """Note the size of the body."""
        self.amend(bytes=len(raw))

    def understood(self, request: Request) -> None:
        """Note what is asked."""
        self.amend(
            model=request.model,
            messages=tuple(message.model_dump(exclude_none=True) for message in request.messages),
            system=tuple(block.model_dump(exclude_none=True) for block in request.system),
            max_tokens=request.max_tokens,
            stream=request.stream,
            parameters=request.model_dump(exclude={"model", "messages", "system"}, exclude_unset=True),
        )

    def said(self, text: str) -> None:
        """Note a delta that was sent."""
        self.texts.append(text)
        if len(self.texts) == 1:
            self.amend(first_delta=self._clock.monotonic())

    def end(self, outcome: Outcome, **changes: Any) -> None:
        """Note how it ended."""
        if self.record.outcome == "running":
            said = {"text": "".join(self.texts), "deltas": len(self.texts)}
            self.amend(outcome=outcome, ended=self._clock.monotonic(), **said, **changes)

    def amend(self, **changes: Any) -> None:
        """Note something else."""
        self.record = self._journal.amend(self.record, **changes)
