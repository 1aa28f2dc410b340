"""One stream of reports to every peer of a kind: at an interval that the peer sets, and at once on change.

What is reported, and over which call, is the service's own: the kit knows no message.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Generic, TypeVar

import grpc

from parley_kit.changes import Changes
from parley_kit.channel import Endpoints, attach
from parley_kit.clock import Clock
from parley_kit.process import CpuMeter

Said = TypeVar("Said")
Heard = TypeVar("Heard")

INTERVAL = 1.0
"""How often reports go until the peer says it, in seconds."""
BURST = 0.01
"""Changes within so many seconds go as one report."""
END_SECONDS = 1.0
"""How long the streams may take to end in good order."""


@dataclass(frozen=True, slots=True)
class Wire(Generic[Said, Heard]):
    """How a service reports: `call` opens the stream to host:port, `report` makes a message from the cores used
    since the last one, `interval` reads how often the peer wants it (nothing: as before), `heard` takes what else it
    says.
    """

    call: Callable[[str, AsyncIterator[Said]], grpc.aio.StreamStreamCall[Said, Heard]]
    report: Callable[[float], Said]
    interval: Callable[[Heard], timedelta]
    heard: Callable[[Heard], None] = lambda _answer: None


class Reports(Generic[Said, Heard]):
    """The streams. `reachable` is told whether any peer answers, where somebody wants to know."""

    def __init__(
        self, wire: Wire[Said, Heard], changes: Changes, clock: Clock, reachable: Callable[[bool], None] | None = None
    ) -> None:
        self._wire = wire
        self._changes = changes
        self._clock = clock
        self._reachable = reachable or _nobody
        self._intervals: dict[str, float] = {}
        self._ended = False
        self._open = 0
        self._closed = Changes()

    async def run(self, targets: str) -> None:
        """Report to every address behind the targets, separated by commas, until cancelled."""
        await attach(Endpoints(targets, self._clock), self._report_to, clock=self._clock, what="monitor")

    async def end(self) -> None:
        """Report once more and end the streams in good order: the peers forget this process at once."""
        self._ended = True
        self._changes.notify()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(END_SECONDS):
                while self._open:
                    await self._closed.next().wait()

    async def _report_to(self, address: str) -> None:
        if self._ended:
            await asyncio.Event().wait()  # nothing more to tell; `run` is about to be cancelled
        call = self._wire.call(address, self._reports(address))
        self._open += 1
        try:
            async for answer in call:
                self._hear(address, answer)
        finally:
            call.cancel()
            self._forget(address)

    def _hear(self, address: str, answer: Heard) -> None:
        seconds = self._wire.interval(answer).total_seconds()
        self._intervals[address] = seconds if seconds > 0 else self._intervals.get(address, INTERVAL)
        self._reachable(True)
        self._wire.heard(answer)

    def _forget(self, address: str) -> None:
        self._intervals.pop(address, None)
        self._reachable(bool(self._intervals))
        self._open -= 1
        self._closed.notify()

    async def _reports(self, address: str) -> AsyncIterator[Any]:
        meter = CpuMeter()
        while True:
            change, last = self._changes.next(), self._ended
            yield self._wire.report(meter.cores())
            if last:
                return
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._intervals.get(address, INTERVAL)):
                    await change.wait()
            await asyncio.sleep(BURST)


def _nobody(_answers: bool) -> None:  # noqa: FBT001 — the shape of the port
    """Nobody wants to know."""
