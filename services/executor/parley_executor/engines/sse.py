"""Server-sent events, read as the bytes come in (WHATWG HTML, section 9.2). Pure."""

from __future__ import annotations

from dataclasses import dataclass

LONGEST = 4 * 1024 * 1024
"""The most bytes of one event; Claude's API sends a few hundred."""

_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class SseEvent:
    """One event: its name, empty where none was given, and its data lines joined by line feeds."""

    name: str
    data: bytes


class SseOverflowError(ValueError):
    """An event is longer than any that belongs here."""


class SseParser:
    """Cuts a byte stream into events; the pieces in which it comes make no difference."""

    def __init__(self, longest: int = LONGEST) -> None:
        self._longest = longest
        self._rest = b""
        self._begun = False
        self._name = b""
        self._data: list[bytes] = []
        self._size = 0

    def feed(self, chunk: bytes) -> list[SseEvent]:
        """Take further bytes and return the events that are complete by them. Raises SseOverflowError."""
        events = []
        for line in self._lines(chunk):
            if line:
                self._take(line)
            elif (event := self._dispatch()) is not None:
                events.append(event)
        return events

    def _lines(self, chunk: bytes) -> list[bytes]:
        """Return the lines that are complete, without their ends."""
        lines = self._unmarked(self._rest + chunk).splitlines(keepends=True)
        # A carriage return at the very end may be the first half of a line end.
        self._rest = b"" if not lines or lines[-1].endswith(b"\n") else lines.pop()
        if len(self._rest) > self._longest:
            raise SseOverflowError
        return [line.rstrip(b"\r\n") for line in lines]

    def _unmarked(self, text: bytes) -> bytes:
        """Drop the byte order mark that a stream may begin with."""
        if self._begun or (len(text) < len(_MARK) and _MARK.startswith(text)):
            return text
        self._begun = True
        return text.removeprefix(_MARK)

    def _take(self, line: bytes) -> None:
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"data":
            self._data.append(value)
            self._size += len(value)
            if self._size > self._longest:
                raise SseOverflowError
        elif field == b"event":
            self._name = value

    def _dispatch(self) -> SseEvent | None:
        """End an event; one without data is none."""
        name, data = self._name, self._data
        self._name, self._data, self._size = b"", [], 0
        return SseEvent(name.decode("utf-8", "replace"), b"\n".join(data)) if data else None
