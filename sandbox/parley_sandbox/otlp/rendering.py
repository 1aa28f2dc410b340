"""A trace for people: plain text for a terminal, rows for the page."""

from dataclasses import dataclass
from typing import Any

from .critical import critical_path
from .model import Event, Link, Span, Trace
from .tree import Tree, tree

MS = 1_000_000


def as_text(trace: Trace) -> str:
    """Return the tree with a line a span: service, name, offset, duration, error; * marks the critical path."""
    shape = tree(trace)
    critical = critical_path(trace)
    rows = [_row(branch, trace, shape, critical) for branch in _branches(shape)]
    width = max((len(row.left) for row in rows), default=0)
    lines = [_headline(trace)]
    for row in rows:
        lines.append(f"{row.left.ljust(width)}  {row.right}".rstrip())
        lines.extend(row.below)
    lines.extend(f"linked from {link.trace_id}/{link.span_id} to {link.target_id}" for link in trace.linked_from)
    return "\n".join(lines) + "\n"


def as_json(trace: Trace) -> dict[str, Any]:
    """Return what the page draws: spans in tree order with depth, offset and duration in ms, and what they say."""
    shape = tree(trace)
    critical = critical_path(trace)
    return {
        "trace_id": trace.trace_id,
        "start_ms": trace.start / MS,
        "duration_ms": (trace.end - trace.start) / MS,
        "services": sorted({span.service for span in trace.spans}),
        "errors": sum(span.status == "error" for span in trace.spans),
        "dropped": trace.dropped,
        "linked_from": [
            {"trace_id": link.trace_id, "span_id": link.span_id, "target_id": link.target_id}
            for link in trace.linked_from
        ],
        "spans": [_span_json(span, depth, trace, shape, critical) for depth, span in shape.walk()],
    }


@dataclass(frozen=True, slots=True)
class _Branch:
    """A span with the drawing before its name and before what hangs below it."""

    span: Span
    stem: str
    below: str


@dataclass(frozen=True, slots=True)
class _Row:
    left: str
    right: str
    below: tuple[str, ...]


def _branches(shape: Tree) -> list[_Branch]:
    found: list[_Branch] = []
    waiting = [_Branch(root, "", "") for root in reversed(shape.roots)]
    while waiting:
        branch = waiting.pop()
        found.append(branch)
        children = shape.children.get(branch.span.span_id, ())
        for child in reversed(children):
            last = child is children[-1]
            stem, below = ("└─ ", "   ") if last else ("├─ ", "│  ")
            waiting.append(_Branch(child, branch.below + stem, branch.below + below))
    return found


def _headline(trace: Trace) -> str:
    errors = sum(span.status == "error" for span in trace.spans)
    services = len({span.service for span in trace.spans})
    parts = [f"trace {trace.trace_id}", _duration(trace.end - trace.start), _count(len(trace.spans), "span")]
    parts += [_count(services, "service")]
    parts += [_count(errors, "error")] if errors else []
    parts += [f"{_count(trace.dropped, 'span')} not kept"] if trace.dropped else []
    return ", ".join(parts)


def _row(branch: _Branch, trace: Trace, shape: Tree, critical: frozenset[str]) -> _Row:
    span = branch.span
    mark = "* " if span.span_id in critical else "  "
    orphan = "(orphan) " if span.span_id in shape.orphans else ""
    right = f"+{_duration(span.start - trace.start):>9}  {_duration(span.duration):>9}"
    if span.status == "error":
        right += f"  ERROR {span.status_message}".rstrip()
    links = tuple(f"  {branch.below}→ links to {link.trace_id}/{link.span_id}" for link in span.links)
    return _Row(f"{mark}{branch.stem}{orphan}{span.service}  {span.name}", right, links)


def _span_json(span: Span, depth: int, trace: Trace, shape: Tree, critical: frozenset[str]) -> dict[str, Any]:
    return {
        "span_id": span.span_id,
        "parent_id": span.parent_id,
        "depth": depth,
        "name": span.name,
        "kind": span.kind,
        "service": span.service,
        "offset_ms": (span.start - trace.start) / MS,
        "duration_ms": span.duration / MS,
        "attributes": dict(span.attributes),
        "resource": dict(span.resource),
        "events": [_event_json(event, trace) for event in span.events],
        "links": [_link_json(link) for link in span.links],
        "status": span.status,
        "status_message": span.status_message,
        "orphan": span.span_id in shape.orphans,
        "critical": span.span_id in critical,
    }


def _event_json(event: Event, trace: Trace) -> dict[str, Any]:
    return {"name": event.name, "offset_ms": (event.at - trace.start) / MS, "attributes": dict(event.attributes)}


def _link_json(link: Link) -> dict[str, Any]:
    return {"trace_id": link.trace_id, "span_id": link.span_id, "attributes": dict(link.attributes)}


def _duration(nanoseconds: int) -> str:
    if nanoseconds < 1_000 * MS:
        return f"{nanoseconds / MS:.1f} ms"
    return f"{nanoseconds / MS / 1_000:.2f} s"


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" + ("" if number == 1 else "s")
