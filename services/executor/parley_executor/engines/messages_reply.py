"""One reply of Claude's API: from its events to the port's, in the only order that is allowed. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from parley_executor.engines.messages_errors import error_of_type
from parley_executor.engines.messages_events import (
    ErrorEvent,
    MalformedEventError,
    MessageDelta,
    MessageEvent,
    MessageStart,
    MessageStop,
    TextPiece,
    TokenCounts,
    parse,
)
from parley_executor.engines.port import Delta, EngineError, EngineEvent, Finished, Started
from parley_executor.engines.sse import SseOverflowError, SseParser
from parley_executor.model import Usage
from parley_executor.reasons import Reason


class Reply:
    """Follows one reply; `started`, `begun` (text has come) and `finished` tell how far it is."""

    def __init__(self) -> None:
        self.started = self.begun = self.finished = False
        self._parser = SseParser()
        self._stop_reason: str | None = None
        self._counts = TokenCounts()

    def feed(self, chunk: bytes) -> Iterator[EngineEvent]:
        """Yield what further bytes of the stream mean; what follows the end is nothing. Raises EngineError."""
        try:
            for sse in self._parser.feed(chunk):
                message = None if self.finished else parse(sse)
                event = None if message is None else self.take(message)
                if event is not None:
                    yield event
        except (SseOverflowError, MalformedEventError):
            raise self.broken(EngineError(Reason.PROTOCOL)) from None
        except EngineError as error:
            raise self.broken(error) from None

    def take(self, event: MessageEvent) -> EngineEvent | None:
        """Return what the event means to the port. Raises EngineError when it is an error or out of place."""
        if isinstance(event, ErrorEvent):
            raise error_of_type(event.kind)
        if isinstance(event, MessageStart) is self.started:
            # A second beginning is a reply that starts again: the two are never spliced.
            raise EngineError(Reason.PROTOCOL)
        match event:
            case TextPiece(text):
                self.begun = True
                return Delta(text)
            case MessageStart(response_id, model, counts):
                self.started = True
                self._counts = counts
                # what it says of the output is a first token or two: not yet what will be billed
                return Started(model, response_id, usage=replace(usage_of(counts), output_tokens=0))
            case MessageDelta(stop_reason, counts):
                self._stop_reason = stop_reason or self._stop_reason
                self._counts = merge(self._counts, counts)
                return None
            case MessageStop():
                return self._finish()

    def _finish(self) -> Finished:
        if self._stop_reason is None:
            raise EngineError(Reason.PROTOCOL)
        self.finished = True
        return Finished(self._stop_reason, usage_of(self._counts))

    def broken(self, error: EngineError) -> EngineError:
        """Return how a failure counts at this place of the reply: after the first text it is a broken stream.

        Our own clocks stay what they are.
        """
        if not self.begun:
            return error
        reason = error.reason if error.reason is Reason.TIMED_OUT else Reason.STREAM_BROKEN
        return EngineError(reason, retry_after=error.retry_after, upstream_status=error.upstream_status, partial=True)


def merge(old: TokenCounts, new: TokenCounts) -> TokenCounts:
    """Return the newer counts, and the older where the newer are silent; the API's counts are running totals."""
    return TokenCounts(
        input=old.input if new.input is None else new.input,
        output=old.output if new.output is None else new.output,
        cache_read=old.cache_read if new.cache_read is None else new.cache_read,
        cache_write=old.cache_write if new.cache_write is None else new.cache_write,
    )


def usage_of(counts: TokenCounts) -> Usage:
    """Return counts as usage; what was never told is 0."""
    return Usage(
        input_tokens=counts.input or 0,
        output_tokens=counts.output or 0,
        cache_read_tokens=counts.cache_read or 0,
        cache_write_tokens=counts.cache_write or 0,
    )
