"""The events of a streamed message of Claude's API, as values. Pure; unknown kinds are no event.

https://platform.claude.com/docs/en/build-with-claude/streaming: new event and delta types may come at any time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson

from parley_executor.engines.sse import SseEvent


@dataclass(frozen=True, slots=True)
class TokenCounts:
    """Counts that an event tells; None where it does not tell one."""

    input: int | None = None
    output: int | None = None
    cache_read: int | None = None
    cache_write: int | None = None


@dataclass(frozen=True, slots=True)
class MessageStart:
    """The message begins."""

    response_id: str
    model: str
    counts: TokenCounts


@dataclass(frozen=True, slots=True)
class TextPiece:
    """Some of its text."""

    text: str


@dataclass(frozen=True, slots=True)
class MessageDelta:
    """Why it stopped, and the counts so far."""

    stop_reason: str | None
    counts: TokenCounts


@dataclass(frozen=True, slots=True)
class MessageStop:
    """It is whole."""


@dataclass(frozen=True, slots=True)
class ErrorEvent:
    """It broke; kind is the API's type of error."""

    kind: str


MessageEvent = MessageStart | TextPiece | MessageDelta | MessageStop | ErrorEvent


class MalformedEventError(ValueError):
    """An event is not of the shape that its type demands."""


def parse(event: SseEvent) -> MessageEvent | None:
    """Return the value of an event, None for one that says nothing to us. Raises MalformedEventError."""
    try:
        return read(orjson.loads(event.data))
    except (orjson.JSONDecodeError, MalformedEventError):
        # Without the cause: its text quotes the event, which may hold a member's words.
        raise MalformedEventError(event.name) from None


def read(data: Any) -> MessageEvent | None:
    """Return the value of an event's JSON, None for one that says nothing to us. Raises MalformedEventError."""
    try:
        reader = _READERS.get(data["type"])
        return None if reader is None else reader(data)
    except (KeyError, TypeError, AttributeError):
        raise MalformedEventError from None


def _piece(part: dict[str, Any]) -> TextPiece | None:
    """Return the text of a delta or of a block that begins with some; thinking and the like are none."""
    if part["type"] not in {"text_delta", "text"}:
        return None
    text = _text(part["text"])
    return TextPiece(text) if text else None


def _start(data: dict[str, Any]) -> MessageStart:
    message = data["message"]
    return MessageStart(_text(message["id"]), _text(message["model"]), _counts(message["usage"]))


def _delta(data: dict[str, Any]) -> MessageDelta:
    return MessageDelta(_text_or_none(data["delta"].get("stop_reason")), _counts(data.get("usage") or {}))


def _counts(usage: dict[str, Any]) -> TokenCounts:
    return TokenCounts(
        input=_count(usage.get("input_tokens")),
        output=_count(usage.get("output_tokens")),
        cache_read=_count(usage.get("cache_read_input_tokens")),
        cache_write=_count(usage.get("cache_creation_input_tokens")),
    )


def _count(value: Any) -> int | None:
    if value is not None and not (isinstance(value, int) and value >= 0):
        raise TypeError
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _text_or_none(value: Any) -> str | None:
    return None if value is None else _text(value)


_READERS: dict[str, Callable[[dict[str, Any]], MessageEvent | None]] = {
    "content_block_delta": lambda data: _piece(data["delta"]),
    "content_block_start": lambda data: _piece(data["content_block"]),
    "message_start": _start,
    "message_delta": _delta,
    "message_stop": lambda _: MessageStop(),
    "error": lambda data: ErrorEvent(_text(data["error"]["type"])),
}
