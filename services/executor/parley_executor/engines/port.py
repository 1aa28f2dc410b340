"""What runs Claude: the port that every engine fulfils.

A stream is Started, Deltas, then Finished; or it raises one EngineError, at any place. Closing the stream, or
cancelling who reads it, stops Claude at once.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from parley_executor.model import ModelCard, Request, Usage
from parley_executor.reasons import RETRYABLE, Reason


@dataclass(frozen=True, slots=True)
class Started:
    """Claude accepted the request. response_id: its own name of the reply, for support.

    session: the `claude` program's name of the conversation it runs in; empty where there is no such program. usage: of the
    input. cost, of that, and output_price, of a million output tokens: in millionths of a US dollar; None as long as nobody
    has priced it, or nobody knows the price.
    """

    model: str
    response_id: str
    session: str = ""
    usage: Usage = field(default_factory=Usage)
    cost: int | None = None
    output_price: int | None = None


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of text, never empty."""

    text: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The reply is whole; stop_reason as Claude's API names it.

    cost: in millionths of a US dollar; None as long as nobody has priced it, or nobody knows the price.
    """

    stop_reason: str
    usage: Usage
    cost: int | None = None


EngineEvent = Started | Delta | Finished


@dataclass(frozen=True, slots=True)
class Deadline:
    """How long a stream may take: two times on the event loop's clock, and the longest silence, in seconds."""

    first_text: float
    end: float
    gap: float

    def limit(self, now: float, *, begun: bool) -> float:
        """Return when reading must give up, before (begun is False) or after the first text."""
        return min(self.end, now + self.gap if begun else self.first_text)


class EngineError(Exception):
    """The one way a stream fails.

    upstream_status: the HTTP status, where there was one; partial: text had come before. It carries no text of
    Claude's API, so that none reaches a caller, a log or a span.
    """

    def __init__(
        self,
        reason: Reason,
        *,
        retry_after: timedelta | None = None,
        upstream_status: int | None = None,
        partial: bool = False,
    ) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.retryable = reason in RETRYABLE
        self.retry_after = retry_after
        self.upstream_status = upstream_status
        self.partial = partial


class Engine(Protocol):
    """Runs Claude."""

    @property
    def name(self) -> str:
        """Its name on the wire and in spans."""
        ...

    async def start(self) -> None:
        """Get ready, warm connections or processes; may be called again after it failed.

        Raises EngineError; `health` tells whether the engine is ready nonetheless.
        """
        ...

    def health(self) -> bool:
        """Tell whether it is ready for streams."""
        ...

    async def models(self) -> Sequence[ModelCard]:
        """Return the models that Claude offers, newest first, kept for minutes; none where an engine cannot tell.

        Raises EngineError where nothing was ever learned of them.
        """
        return ()

    def stream(self, request: Request, deadline: Deadline) -> AsyncGenerator[EngineEvent, None]:
        """Run Claude once. Whoever stops early closes the generator."""
        ...

    async def close(self, grace: float) -> None:
        """Give open streams so many seconds to end, then end everything."""
        ...
