"""A trace as a tree: children by start, spans without their parent shown as roots."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .model import Span, Trace


@dataclass(frozen=True, slots=True)
class Tree:
    """Roots and children, by start. `orphans` are roots whose parent is not here (or a circle of parents)."""

    roots: tuple[Span, ...]
    children: Mapping[str, tuple[Span, ...]]
    orphans: frozenset[str]

    def walk(self) -> Iterator[tuple[int, Span]]:
        """Yield every span once with its depth, parents before children."""
        waiting = [(0, root) for root in reversed(self.roots)]
        while waiting:
            depth, span = waiting.pop()
            yield depth, span
            waiting.extend((depth + 1, child) for child in reversed(self.children.get(span.span_id, ())))


@dataclass(frozen=True, slots=True, order=True)
class Edge:
    """A parent span over a child span: services and names."""

    parent_service: str
    child_service: str
    parent_name: str
    child_name: str


def tree(trace: Trace) -> Tree:
    """Return the trace as a tree that holds every span exactly once."""
    spans = {span.span_id: span for span in trace.spans}
    adrift = {span.span_id for span in trace.spans if span.parent_id and span.parent_id not in spans}
    adrift |= _circles(spans)
    roots = [span for span in trace.spans if not span.parent_id or span.span_id in adrift]
    children: dict[str, list[Span]] = {}
    for span in trace.spans:
        if span.parent_id and span.span_id not in adrift:
            children.setdefault(span.parent_id, []).append(span)
    return Tree(tuple(roots), {parent: tuple(kids) for parent, kids in children.items()}, frozenset(adrift))


def edges(trace: Trace) -> frozenset[Edge]:
    """Return every kind of parent and child that occurs."""
    spans = {span.span_id: span for span in trace.spans}
    pairs = ((spans[span.parent_id], span) for span in trace.spans if span.parent_id in spans)
    return frozenset(Edge(parent.service, child.service, parent.name, child.name) for parent, child in pairs)


def service_edges(trace: Trace) -> frozenset[tuple[str, str]]:
    """Return which service called which other one."""
    pairs = {(edge.parent_service, edge.child_service) for edge in edges(trace)}
    return frozenset(pair for pair in pairs if pair[0] != pair[1])


def _circles(spans: Mapping[str, Span]) -> set[str]:
    """Return one span of each circle of parents: the earliest, so that a broken trace still is shown whole."""
    opened: set[str] = set()
    settled: set[str] = set()
    for span_id in spans:
        path: dict[str, None] = {}
        at = span_id
        while at in spans and at not in settled and at not in path:
            path[at] = None
            at = spans[at].parent_id
        if at in path:
            steps = list(path)
            opened.add(min(steps[steps.index(at) :], key=lambda each: (spans[each].start, each)))
        settled.update(path)
    return opened
