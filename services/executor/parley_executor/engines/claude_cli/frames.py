"""The lines between us and a `claude` process, as values: stream-json both ways. Pure; unknown kinds are no frame.

The forms are those of the vendor's published SDKs, measured on the version that requirements/claude.txt locks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from parley_executor.engines import messages_events
from parley_executor.engines.messages_body import block
from parley_executor.engines.messages_events import MessageEvent
from parley_executor.model import Message, Role

LONGEST_LINE: Final = 16 * 1024 * 1024
"""The longest line that is read, in bytes; a record repeats a whole reply, so asyncio's 64 KiB would not do."""


@dataclass(frozen=True, slots=True)
class Part:
    """An event of Claude's API, handed through."""

    event: MessageEvent


@dataclass(frozen=True, slots=True)
class TurnBegan:
    """A turn begins; session is the process's name of its conversation."""

    session: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """A whole block of a reply; error: the CLI's word for what failed, if this stands for a failure."""

    error: str | None


@dataclass(frozen=True, slots=True)
class Noted:
    """A line of ours was taken in; line_id is the one it was sent with."""

    line_id: str


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer to a control request of ours. version: of the program, where it tells it, else empty."""

    request_id: str
    accepted: bool
    version: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A control request to us; a turn waits until it is answered."""

    request_id: str


@dataclass(frozen=True, slots=True)
class Result:
    """A turn is over, also a failed one. status: of HTTP, where one was known; terminal: why the turn ended.

    calls: rounds with Claude, 0 when the turn only took words in. words: what is shown to a person; it may quote a
    member or Claude's API, so it is for comparison only.
    """

    failed: bool
    status: int | None
    terminal: str
    calls: int
    words: str


Frame = Part | TurnBegan | Recorded | Noted | Answered | Asked | Result


class MalformedLineError(ValueError):
    """A line is longer than any should be, no JSON, or not of the shape that its type demands."""


class LineSplitter:
    """Cuts a stream of bytes into lines, without their ends."""

    def __init__(self, longest: int = LONGEST_LINE) -> None:
        self._longest = longest
        self._pieces: list[bytes] = []
        self._length = 0

    def feed(self, chunk: bytes) -> list[bytes]:
        """Return the lines that further bytes complete. Raises MalformedLineError for one that is too long."""
        *ends, rest = chunk.split(b"\n")
        lines = [self._whole(end) for end in ends]
        self._keep(rest)
        return lines

    def _whole(self, end: bytes) -> bytes:
        self._keep(end)
        line = b"".join(self._pieces)
        self._pieces.clear()
        self._length = 0
        return line

    def _keep(self, piece: bytes) -> None:
        self._length += len(piece)
        if self._length > self._longest:
            raise MalformedLineError
        if piece:
            self._pieces.append(piece)


def read(line: bytes) -> Frame | None:
    """Return the value of a line, None for one that says nothing to us. Raises MalformedLineError."""
    if not line.strip():
        return None
    try:
        data: Any = orjson.loads(line)
        reader = _READERS.get(data["type"])
        return None if reader is None else reader(data)
    except (ValueError, KeyError, TypeError, AttributeError):  # orjson's and the event's errors are ValueErrors
        # Without the cause: its text quotes the line, which may hold a member's words.
        raise MalformedLineError from None


def _part(data: dict[str, Any]) -> Part | None:
    event = messages_events.read(data["event"])
    return None if event is None else Part(event)


def _system(data: dict[str, Any]) -> TurnBegan | None:
    return TurnBegan(_text(data["session_id"])) if data.get("subtype") == "init" else None


def _answered(data: dict[str, Any]) -> Answered:
    response = data["response"]
    told = response.get("response") or {}
    accepted = response["subtype"] == "success"
    return Answered(_text(response["request_id"]), accepted, _text(told.get("claude_code_version", "")))


def _recorded(data: dict[str, Any]) -> Recorded:
    error = data.get("error")
    return Recorded(None if error is None else _text(error))


def _result(data: dict[str, Any]) -> Result:
    status = data.get("api_error_status")
    return Result(
        failed=bool(data["is_error"]),
        status=None if status is None else int(status),
        terminal=_text(data.get("terminal_reason") or ""),
        calls=int(data["num_turns"]),
        words=_text(data.get("result") or ""),
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


_READERS: dict[str, Callable[[dict[str, Any]], Frame | None]] = {
    "stream_event": _part,
    "system": _system,
    "assistant": _recorded,
    "command_lifecycle": lambda data: Noted(_text(data["command_uuid"])),
    "control_response": _answered,
    "control_request": lambda data: Asked(_text(data["request_id"])),
    "result": _result,
}


def probe(request_id: str) -> bytes:
    """Ask for something harmless: whoever answers is ready."""
    return _control(request_id, {"subtype": "mcp_status"})


def introduction(request_id: str, system: Sequence[str]) -> bytes:
    """Give the system prompt; the CLI takes it once."""
    return _control(request_id, {"subtype": "initialize", "systemPrompt": list(system)})


def refusal(request_id: str) -> bytes:
    """Answer a control request: nothing is allowed here."""
    response = {"subtype": "error", "request_id": request_id, "error": "There is nobody to ask."}
    return _line({"type": "control_response", "response": response})


def question(messages: Sequence[Message]) -> bytes:
    """Ask: the messages of one user as one turn."""
    return _user(messages)


def earlier(message: Message, line_id: str) -> bytes:
    """Tell a message of the past, without a call; line_id is a UUID."""
    return _user([message], shouldQuery=False) if message.role is Role.USER else _assistant(message, line_id)


def _user(messages: Sequence[Message], **more: bool) -> bytes:
    # client_composed: without it `@/path` in a text sends that file, and `/command` runs one.
    content = _content(messages)
    return _said("user", {"role": "user", "content": content}, client_composed=True, **more)


def _assistant(message: Message, line_id: str) -> bytes:
    reply = {
        "id": f"msg_{line_id}",
        "type": "message",
        "role": "assistant",
        "model": "earlier",
        "content": _content([message]),
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 0, "output_tokens": 0},
    }
    return _said("assistant", reply, uuid=line_id)


def _content(messages: Sequence[Message]) -> list[dict[str, Any]]:
    return [block(part) for message in messages for part in message.parts]


def _said(kind: str, message: dict[str, Any], **more: Any) -> bytes:
    return _line({"type": kind, "session_id": "default", "parent_tool_use_id": None, "message": message, **more})


def _control(request_id: str, request: dict[str, Any]) -> bytes:
    return _line({"type": "control_request", "request_id": request_id, "request": request})


def _line(data: dict[str, Any]) -> bytes:
    return orjson.dumps(data, option=orjson.OPT_APPEND_NEWLINE)
