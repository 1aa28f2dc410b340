"""The last traces, in memory: bounded in traces and in spans a trace, found by attribute, watched by subscribers."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from .model import Backlink, Span, Trace

INDEXED = ("discord.message.id", "parley.turn.id")
"""Attributes by which a trace is found without looking at every span."""

WAITING = 1_000

Key = TypeVar("Key")
Member = TypeVar("Member")


class TraceStore:
    """Keeps the `limit` traces that were heard of last, each with its first `spans_each` spans."""

    def __init__(self, limit: int = 200, spans_each: int = 2_000) -> None:
        self._limit = limit
        self._spans_each = spans_each
        self._traces: OrderedDict[str, dict[str, Span]] = OrderedDict()
        self._dropped: dict[str, int] = {}
        self._index: dict[tuple[str, str], dict[str, None]] = {}
        self._backlinks: dict[str, dict[Backlink, None]] = {}
        self._watchers: set[asyncio.Queue[str]] = set()
        self._changed = asyncio.Event()

    def add(self, spans: Iterable[Span]) -> None:
        """Take spans in; one that came before (an exporter's second try) replaces itself."""
        touched: dict[str, None] = {}
        for span in spans:
            self._keep(span)
            touched[span.trace_id] = None
        self._forget_oldest()
        for trace_id in touched:
            self._tell(trace_id)

    def trace(self, trace_id: str) -> Trace | None:
        """Return what is known of a trace."""
        spans = self._traces.get(trace_id)
        if spans is None:
            return None
        ordered = tuple(sorted(spans.values(), key=lambda span: (span.start, span.end, span.span_id)))
        linked_from = tuple(self._backlinks.get(trace_id, ()))
        return Trace(trace_id, ordered, linked_from, self._dropped.get(trace_id, 0))

    def recent(self, count: int = 50) -> list[Trace]:
        """Return the traces heard of last, newest first."""
        ids = list(reversed(self._traces))[:count]
        return [trace for trace in map(self.trace, ids) if trace is not None]

    def find(self, attribute: str, value: object) -> list[str]:
        """Return the ids of traces with a span that has this attribute value, newest first."""
        if attribute in INDEXED:
            known = self._index.get((attribute, str(value)), {})
            return [trace_id for trace_id in reversed(self._traces) if trace_id in known]
        return [trace_id for trace_id in reversed(self._traces) if self._has(trace_id, attribute, str(value))]

    @contextmanager
    def subscribe(self) -> Iterator[asyncio.Queue[str]]:
        """Give a queue of the ids of traces that changed; a reader that sleeps loses the oldest ones."""
        queue: asyncio.Queue[str] = asyncio.Queue(WAITING)
        self._watchers.add(queue)
        try:
            yield queue
        finally:
            self._watchers.discard(queue)

    async def until(self, condition: Callable[[], bool], within: float = 10.0) -> None:
        """Return when the condition holds, looking again whenever spans come; TimeoutError after `within` seconds."""
        async with asyncio.timeout(within):
            while not condition():
                await self._changed.wait()

    def _keep(self, span: Span) -> None:
        spans = self._traces.setdefault(span.trace_id, {})
        self._traces.move_to_end(span.trace_id)
        if span.span_id not in spans and len(spans) >= self._spans_each:
            self._dropped[span.trace_id] = self._dropped.get(span.trace_id, 0) + 1
            return
        spans[span.span_id] = span
        self._note(span)

    def _note(self, span: Span) -> None:
        for attribute in INDEXED:
            if attribute in span.attributes:
                self._index.setdefault((attribute, str(span.attributes[attribute])), {})[span.trace_id] = None
        for link in span.links:
            backlink = Backlink(span.trace_id, span.span_id, link.span_id)
            self._backlinks.setdefault(link.trace_id, {})[backlink] = None

    def _has(self, trace_id: str, attribute: str, value: str) -> bool:
        spans = self._traces[trace_id].values()
        return any(attribute in span.attributes and str(span.attributes[attribute]) == value for span in spans)

    def _forget_oldest(self) -> None:
        while len(self._traces) > self._limit:
            trace_id, spans = self._traces.popitem(last=False)
            self._dropped.pop(trace_id, None)
            for span in spans.values():
                self._unnote(span)

    def _unnote(self, span: Span) -> None:
        for attribute in INDEXED:
            _discard(self._index, (attribute, str(span.attributes.get(attribute))), span.trace_id)
        for link in span.links:
            _discard(self._backlinks, link.trace_id, Backlink(span.trace_id, span.span_id, link.span_id))

    def _tell(self, trace_id: str) -> None:
        for queue in self._watchers:
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(trace_id)
        self._changed.set()
        self._changed = asyncio.Event()


def _discard(groups: dict[Key, dict[Member, None]], key: Key, member: Member) -> None:
    group = groups.get(key)
    if group is not None:
        group.pop(member, None)
        if not group:
            del groups[key]
