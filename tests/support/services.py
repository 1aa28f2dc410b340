"""Real services inside a test's loop, on free loopback ports, with their spans at hand."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Generic

import grpc
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from parley_kit.clock import Clock
from parley_kit.lifecycle import Bound, Build, S, serving


@dataclass(frozen=True, slots=True)
class Running(Generic[S]):
    """A service that listens, and what it traced."""

    bound: Bound[S]
    exporter: InMemorySpanExporter

    @property
    def address(self) -> str:
        return self.bound.address

    @property
    def spans(self) -> list[ReadableSpan]:
        """Finished spans, in the order of their end."""
        return list(self.exporter.get_finished_spans())

    def sample(self, name: str, labels: dict[str, str] | None = None) -> float | None:
        """Return the value of a metric's sample now."""
        return self.bound.runtime.metrics.registry.get_sample_value(name, labels or {})


@contextlib.asynccontextmanager
async def running(
    settings: S, program: str, build: Build[S], *, clock: Clock | None = None
) -> AsyncIterator[Running[S]]:
    """Run a service; give it `listen="127.0.0.1:0"` and, unless the drain is the subject, `drain_announce=0`."""
    exporter = InMemorySpanExporter()
    async with serving(settings, program, build, exporter=exporter, clock=clock) as bound:
        yield Running(bound, exporter)


@contextlib.asynccontextmanager
async def channel_to(address: str) -> AsyncIterator[grpc.aio.Channel]:
    """A plain channel, as a stranger's client has it."""
    async with grpc.aio.insecure_channel(address) as channel:
        yield channel
