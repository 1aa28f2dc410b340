"""The fleet: the last report of each instance, and what its silence means.

Pure but for the clock: ages are measured here, by the receiver, so no reporter's clock matters.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from parley_kit.clock import Clock
from parley_kit.faults import Exhausted
from parley_monitor.model import Member, Report, State

SILENT_INTERVALS = 3
MAX_INSTANCES = 4096
SHORTEST_WAIT = 0.001


@dataclass(slots=True)
class _Entry:
    report: Report
    stream: int
    joined: int
    heard: float


class Fleet:
    """Everyone who reports. `interval` and `forget_after` are in seconds.

    Silent for longer than three intervals, an instance is stale and counts as saturated; silent for longer than
    `forget_after`, it is gone. Of several streams of one instance the newest counts.
    """

    def __init__(self, clock: Clock, *, interval: float, forget_after: float) -> None:
        self._clock = clock
        self.stale_after = SILENT_INTERVALS * interval
        self._forget_after = max(forget_after, self.stale_after)
        self._entries: dict[str, _Entry] = {}
        self._streams = itertools.count(1)
        self._joins = itertools.count()

    def open_stream(self) -> int:
        """Return the number of a new stream of reports."""
        return next(self._streams)

    def record(self, stream: int, report: Report) -> Report | None:
        """Take a report and return the one before it of the same instance, if any.

        Raises SupersededError when a newer stream speaks for the instance, Exhausted when the fleet is full.
        """
        self._forget_silent()
        known = self._entries.get(report.instance)
        if known is not None and known.stream > stream:
            raise SupersededError
        if known is None and len(self._entries) >= MAX_INSTANCES:
            raise Exhausted("FLEET_FULL", f"{MAX_INSTANCES} instances report already.")
        joined = next(self._joins) if known is None else known.joined
        self._entries[report.instance] = _Entry(report, stream, joined, self._clock.monotonic())
        return None if known is None else known.report

    def end_stream(self, stream: int) -> None:
        """Forget who said that it was draining and then ended its stream cleanly."""
        gone = [name for name, entry in self._entries.items() if entry.stream == stream and entry.report.draining]
        for name in gone:
            del self._entries[name]

    def members(self) -> tuple[Member, ...]:
        """Return everyone as they stand now, ordered by service and instance.

        Where two instances of a service name the same address, the one that came last has it: the other is the
        process that ran there before.
        """
        self._forget_silent()
        entries = sorted(self._holders(), key=lambda entry: (entry.report.service, entry.report.instance))
        return tuple(self._member(entry) for entry in entries)

    def next_change(self) -> float | None:
        """Return in how many seconds silence alone changes what `members` says; None when it never does."""
        self._forget_silent()
        ages = [self._age(entry) for entry in self._entries.values()]
        waits = [(self.stale_after if age < self.stale_after else self._forget_after) - age for age in ages]
        return max(SHORTEST_WAIT, min(waits)) if waits else None

    def _holders(self) -> Iterator[_Entry]:
        newest: dict[tuple[str, ...], _Entry] = {}
        for entry in sorted(self._entries.values(), key=lambda entry: entry.joined):
            report = entry.report
            place = (report.service, report.address) if report.address else (report.service, "", report.instance)
            newest[place] = entry
        yield from newest.values()

    def _member(self, entry: _Entry) -> Member:
        age = self._age(entry)
        if age >= self.stale_after:
            return Member(entry.report, State.STALE, age)
        return Member(entry.report, State.DRAINING if entry.report.draining else State.LIVE, age)

    def _age(self, entry: _Entry) -> float:
        return self._clock.monotonic() - entry.heard

    def _forget_silent(self) -> None:
        gone = [name for name, entry in self._entries.items() if self._age(entry) >= self._forget_after]
        for name in gone:
            del self._entries[name]


class SupersededError(Exception):
    """A newer stream speaks for this instance."""
