"""Spans made in one line."""

from typing import Any

from parley_sandbox.otlp import Span, Trace

MS = 1_000_000
BEGAN = 1_763_812_800_000 * MS


def span(name: str, parent: str = "", start: float = 0, end: float = 1, **fields: Any) -> Span:
    """A span whose id is its name; start and end in ms after the trace's beginning."""
    usual: dict[str, Any] = {
        "trace_id": "t1",
        "kind": "internal",
        "service": "gateway",
        "attributes": {},
        "resource": {},
    }
    times = {"start": BEGAN + int(start * MS), "end": BEGAN + int(end * MS)}
    return Span(span_id=name, parent_id=parent, name=name, **(usual | times | fields))


def trace(*spans: Span, **fields: Any) -> Trace:
    return Trace("t1", tuple(sorted(spans, key=lambda each: (each.start, each.end, each.span_id))), **fields)
