"""The critical path: the spans that the trace's end waited for."""

from collections.abc import Iterator

from .model import Span, Trace
from .tree import tree


def critical_path(trace: Trace) -> frozenset[str]:
    """Return the ids of the spans on the path that decided when the longest root ended.

    Going back from the end of a span, the child that ended last is what it waited for; then the child that ended last
    before that one began, and so on. A child of which siblings fill half or more is a stream held open beside the work
    (HoldTurn): it is passed over for what ran inside it.
    """
    shape = tree(trace)
    if not shape.roots:
        return frozenset()
    root = max(shape.roots, key=lambda span: (span.duration, -span.start))
    path: set[str] = set()
    waiting = [(root, root.end)]
    while waiting:
        span, until = waiting.pop()
        path.add(span.span_id)
        waiting.extend(_waited_for(shape.children.get(span.span_id, ()), min(span.end, until)))
    return frozenset(path)


def _waited_for(children: tuple[Span, ...], until: int) -> Iterator[tuple[Span, int]]:
    """Yield the children that time went to, last first, each with the instant up to which it counts."""
    cursor = until
    for child in sorted(_without_enclosing(children, until), key=lambda each: (each.end, each.start), reverse=True):
        if child.start < cursor and (child.end <= cursor or cursor == until):
            yield child, min(child.end, cursor)
            cursor = child.start


def _without_enclosing(children: tuple[Span, ...], until: int) -> Iterator[Span]:
    begun = [child for child in children if child.start < until]
    for child in begun:
        inside = [other for other in begun if _encloses(child, other)]
        if not inside or 2 * _covered(inside) < child.duration:
            yield child


def _encloses(outer: Span, inner: Span) -> bool:
    wider = (outer.start, -outer.end) < (inner.start, -inner.end)
    return wider and inner.end <= outer.end


def _covered(spans: list[Span]) -> int:
    """Return the nanoseconds during which at least one of the spans ran."""
    total = reached = 0
    for span in sorted(spans, key=lambda each: each.start):
        total += max(0, span.end - max(reached, span.start))
        reached = max(reached, span.end)
    return total
