"""What the core tells about its work; spans and metrics are made of it at the edge."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Protocol

from parley_executor.engines.port import EngineError, Finished, Started
from parley_executor.model import Request
from parley_executor.reasons import Reason


class Call(Protocol):
    """One call of Claude, retries included; leaving its context without an end means that it was cancelled."""

    @property
    def trace(self) -> Mapping[str, str]:
        """Headers that carry its trace context on to Claude."""
        ...

    def started(self, started: Started) -> None:
        """Claude accepted the request."""
        ...

    def first_text(self) -> None:
        """The first text is there."""
        ...

    def finished(self, finished: Finished) -> None:
        """The reply is whole."""
        ...

    def failed(self, error: EngineError) -> None:
        """It failed."""
        ...


class Observer(Protocol):
    """Sees what happens."""

    def calling(self, request: Request) -> AbstractContextManager[Call]:
        """Claude is about to be called."""
        ...

    def waited(self, seconds: float) -> None:
        """A call got its slot after so long."""
        ...

    def retrying(self, reason: Reason, wait: float) -> None:
        """The engine tries again after so many seconds."""
        ...
