"""Spans and traces as values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Scalar = str | bool | int | float | None
Attribute = Scalar | list["Attribute"] | dict[str, "Attribute"]
Attributes = Mapping[str, Attribute]
Kind = Literal["unspecified", "internal", "server", "client", "producer", "consumer"]
Status = Literal["unset", "ok", "error"]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened during a span; `at` in ns since the epoch."""

    name: str
    at: int
    attributes: Attributes


@dataclass(frozen=True, slots=True)
class Link:
    """A span's pointer to another span, usually of another trace; ids in lowercase hex."""

    trace_id: str
    span_id: str
    attributes: Attributes


@dataclass(frozen=True, slots=True)
class Span:
    """One span; ids in lowercase hex, `parent_id` empty for a root, start and end in ns since the epoch."""

    trace_id: str
    span_id: str
    parent_id: str
    name: str
    kind: Kind
    service: str
    start: int
    end: int
    attributes: Attributes
    resource: Attributes
    events: tuple[Event, ...] = ()
    links: tuple[Link, ...] = ()
    status: Status = "unset"
    status_message: str = ""

    @property
    def duration(self) -> int:
        """Nanoseconds from start to end, never negative."""
        return max(0, self.end - self.start)


@dataclass(frozen=True, slots=True)
class Backlink:
    """A span elsewhere that links to a span of this trace."""

    trace_id: str
    span_id: str
    target_id: str


@dataclass(frozen=True, slots=True)
class Trace:
    """What is known of a trace: its spans by start, who links to it, how many spans found no room any more."""

    trace_id: str
    spans: tuple[Span, ...]
    linked_from: tuple[Backlink, ...] = ()
    dropped: int = 0

    @property
    def start(self) -> int:
        """The earliest start, in ns since the epoch."""
        return min((span.start for span in self.spans), default=0)

    @property
    def end(self) -> int:
        """The latest end, in ns since the epoch."""
        return max((span.end for span in self.spans), default=0)
