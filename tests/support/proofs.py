"""Kinds of proof that an expression says what was counted.

Prometheus knows counters only as of its scrapes and stretches what it saw to the edges of the window; `Seen.slack` is
by how much, at most. Everything else must be equal.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from support.dashboards import Expression
from support.prometheus import Labels, Prometheus, Snapshot
from support.talk import Evidence

from parley_kit.metrics import SECONDS

NEAR = 0.25
"""Seconds by which a span and a sample of the same thing may differ on a busy machine."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A conversation that is over, and the Prometheus that saw it. gone: when no service ran any more."""

    evidence: Evidence
    prometheus: Prometheus
    gone: float

    @property
    def window(self) -> str:
        """The whole conversation, as a duration."""
        return f"{self.evidence.seconds * 1000:.0f}ms"

    @property
    def slack(self) -> float:
        """By which factor a window's increase may exceed what was counted: a scrape interval at each end."""
        counts = self.prometheus.at(f"count_over_time(up[{self.window}])", self.evidence.end)
        between = self.evidence.seconds / min(counts.values())
        return self.evidence.seconds / (self.evidence.seconds - 2.2 * between)

    def at_end(self, expression: Expression) -> Snapshot:
        """What it says of the whole conversation."""
        return self.prometheus.at(expression.asked(self.window), self.evidence.end)


class Proof(Protocol):
    """Compares one expression."""

    def check(self, expression: Expression, seen: Seen) -> None:
        """Raise AssertionError where it says something else."""
        ...


# --- kinds of proof


@dataclass(frozen=True, slots=True)
class Events:
    """So many events, neither fewer nor more than the scrape interval explains; of all other labels none."""

    wanted: Snapshot

    def check(self, expression: Expression, seen: Seen) -> None:
        per_second = "increase(" not in expression.expr
        scale = seen.evidence.seconds if per_second else 1.0
        found = {labels: value * scale for labels, value in seen.at_end(expression).items()}
        assert found, "empty"
        for labels in found.keys() | self.wanted.keys():
            wanted = self.wanted.get(labels, 0)
            assert wanted * 0.999 <= found.get(labels, 0.0) <= wanted * seen.slack, (dict(labels), wanted, found)


@dataclass(frozen=True, slots=True)
class Ratio:
    """A quotient of counters; their ends stretch alike, or by the slack."""

    wanted: Snapshot

    def check(self, expression: Expression, seen: Seen) -> None:
        found = seen.at_end(expression)
        assert found.keys() == self.wanted.keys(), found
        for labels, wanted in self.wanted.items():
            assert wanted / seen.slack <= found[labels] <= wanted * seen.slack, (dict(labels), wanted, found)


@dataclass(frozen=True, slots=True)
class Between:
    """Values within bounds, for these series; both bounds belong to them. perhaps: series that need not be there."""

    bounds: Mapping[Labels, tuple[float, float]]
    perhaps: frozenset[Labels] = frozenset()

    def check(self, expression: Expression, seen: Seen) -> None:
        found = seen.at_end(expression)
        assert self.bounds.keys() - self.perhaps <= found.keys() <= self.bounds.keys(), (found, self.bounds)
        for labels, value in found.items():
            low, high = self.bounds[labels]
            assert low <= value <= high, (dict(labels), low, high, found)


@dataclass(frozen=True, slots=True)
class WhenFull:
    """A gauge at the time when both slots were taken and somebody was in line; None: anything from 0 to 1."""

    wanted: Mapping[Labels, float | None]

    def check(self, expression: Expression, seen: Seen) -> None:
        found = seen.prometheus.at(expression.asked("5s"), seen.evidence.full)
        assert found.keys() == self.wanted.keys(), found
        for labels, wanted in self.wanted.items():
            assert found[labels] == wanted if wanted is not None else 0 <= found[labels] <= 1, (dict(labels), found)


@dataclass(frozen=True, slots=True)
class Steady:
    """A value that stays as long as the services run, and is gone with them."""

    wanted: Snapshot

    def check(self, expression: Expression, seen: Seen) -> None:
        assert seen.at_end(expression) == self.wanted
        assert not seen.prometheus.at(expression.asked("5s"), seen.gone)


@dataclass(frozen=True, slots=True)
class Buckets:
    """A histogram's buckets: `total` samples in all (from, to), and none below what is under it."""

    total: tuple[int, int]

    def check(self, expression: Expression, seen: Seen) -> None:
        found = {dict(labels)["le"]: value for labels, value in seen.at_end(expression).items()}
        low, high = self.total
        assert low * 0.999 <= found["+Inf"] <= high * seen.slack, found
        ordered = [found[edge] for edge in sorted(found, key=float)]
        assert ordered == sorted(ordered), found
        assert len(set(ordered)) > 2, "samples lie in several buckets"


# --- words for what is wanted


def one(value: float) -> Snapshot:
    """A value without labels."""
    return {frozenset(): value}


def by(names: str, values: Mapping[str, float] | Mapping[str, int]) -> Snapshot:
    """Values by a label, or by several, whose values are then joined by a space as their names are."""
    return {frozenset(zip(names.split(), key.split(), strict=True)): value for key, value in values.items()}


def quantile(share: float, samples: Iterable[float], edges: Sequence[float] = SECONDS) -> tuple[float, float]:
    """The buckets in which a quantile of these samples lies, measured a little earlier or later."""
    ordered = sorted(samples)
    sample = ordered[max(0, math.ceil(share * len(ordered)) - 1)]
    below = bisect.bisect_left(edges, max(0.0, sample - NEAR))
    above = bisect.bisect_left(edges, sample + NEAR)
    return ([0.0, *edges][below], [*edges, math.inf][above])


def within(share: float, samples: Iterable[float], edges: Sequence[float] = SECONDS) -> Between:
    """A quantile of samples without labels."""
    return Between({frozenset(): quantile(share, samples, edges)})
