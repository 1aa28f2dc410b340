"""A stream as a script: what is sent when, and where a fault ends it. Pure; the wire plays it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from . import events
from .faults import Fault
from .pace import Pace
from .replies import Reply

Ending = Literal["cut", "stall", "sse_error"]
ENDINGS: tuple[Ending, ...] = ("cut", "stall", "sse_error")
"""Faults after which nothing more is sent."""


@dataclass(frozen=True, slots=True)
class Step:
    """Send these bytes at `due` seconds after the request; `text` is what they add to the reply, if they do.

    After the last step the answer ends as HTTP demands, unless `ending` names the fault that ends it.
    """

    due: float
    payload: bytes
    text: str | None = None
    ending: Ending | None = None


@dataclass(frozen=True, slots=True)
class Stream:
    """All that a stream is made of; `usage` is its input side."""

    message_id: str
    model: str
    usage: dict[str, Any]
    reply: Reply
    pace: Pace

    @property
    def block(self) -> int:
        """Where the block of text stands among the reply's."""
        return 1 if self.reply.thought else 0

    def due(self, delta: int) -> float:
        """Seconds after the request at which this delta is due; thinking comes before the first."""
        return self.pace.due(self.reply.thought + delta)


def steps(stream: Stream, faults: Sequence[Fault]) -> Iterator[Step]:
    """Yield the steps of a stream that meets these faults; one that wants more deltas than there are strikes last."""
    deltas, due = stream.reply.deltas, stream.due
    after = {fault.kind: min(fault.after, len(deltas)) for fault in faults}
    yield from _opening(stream, 0.0)
    sent = after.get("restart", 0)
    if "restart" in after:
        yield from (_delta(stream, text, due(at)) for at, text in enumerate(deltas[:sent]))
        yield from _opening(stream, due(sent))
    ending = min((kind for kind in ENDINGS if kind in after), key=lambda kind: after[kind], default=None)
    count = after[ending] if ending else len(deltas)
    broken = min(after["broken_json"], count - 1) if "broken_json" in after else None
    for at, text in enumerate(deltas[:count]):
        yield _delta(stream, text, due(sent + at), broken=at == broken)
    if ending:
        yield Step(due(sent + count), events.overloaded() if ending == "sse_error" else b"", ending=ending)
    else:
        yield Step(due(max(0, sent + count - 1)), events.closing(stream.reply, stream.usage))


def _opening(stream: Stream, now: float) -> Iterator[Step]:
    """The message begins at once, its thinking with the first token, its text with the first that is text."""
    yield Step(now, events.message_start(stream.message_id, stream.model, stream.usage) + events.ping())
    if stream.reply.thought:
        yield Step(max(now, stream.pace.due(0)), events.thinking_start(summary=stream.reply.summary))
        yield Step(max(now, stream.due(0)), events.thinking_stop())
    yield Step(max(now, stream.due(0)), events.block_start(stream.block))


def _delta(stream: Stream, text: str, due: float, *, broken: bool = False) -> Step:
    if broken:
        return Step(due, events.broken_delta(text, stream.block))
    return Step(due, events.text_delta(text, stream.block), text)
