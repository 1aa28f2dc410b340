"""The monitor's values: what instances report and what gateways are told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

EXECUTOR = "executor"
GATEWAY = "gateway"
SERVICES = (GATEWAY, "cache", EXECUTOR, "monitor")
LIMITS = ("requests", "input_tokens", "output_tokens")
SPENT = 0.02
"""With less than this left of a rate limit there is no use in asking Claude: about a second's refill."""


class Tier(Enum):
    """What members may expect."""

    NORMAL = "normal"
    BUSY = "busy"
    UNAVAILABLE = "unavailable"


class State(Enum):
    """How an instance stands, by the receiver's clock."""

    LIVE = "live"
    DRAINING = "draining"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Slots:
    """Places to run Claude in. `busy` counts what is accepted but not yet started; `waiting` waits for one."""

    total: int
    busy: int
    waiting: int = 0

    @property
    def free(self) -> int:
        """How many may be taken: those that are neither busy nor already waited for."""
        return max(0, self.total - self.busy - self.waiting)

    @property
    def held(self) -> int:
        """How many pieces of work are there."""
        return self.busy + self.waiting


@dataclass(frozen=True, slots=True)
class Headroom:
    """What an executor could get of Claude: the share that is left of each rate limit, 0 to 1, None where unknown.

    `calls`: how many it would pass on now; None is any number.
    """

    requests: float | None = None
    input_tokens: float | None = None
    output_tokens: float | None = None
    calls: int | None = None

    @property
    def known(self) -> dict[str, float]:
        """The shares that are known, by limit."""
        shares = {name: getattr(self, name) for name in LIMITS}
        return {name: share for name, share in shares.items() if share is not None}

    def bound(self, slots: int) -> int:
        """Return how many of so many slots can be used."""
        if any(share < SPENT for share in self.known.values()):
            return 0
        return slots if self.calls is None else min(slots, self.calls)


@dataclass(frozen=True, slots=True)
class Report:
    """One instance's load. Memory in bytes; `cpu_cores` 1.0 is one core; shares are 0 to 1, None where unknown."""

    service: str
    instance: str
    address: str = ""
    version: str = ""
    draining: bool = False
    slots: Slots | None = None
    memory_bytes: int = 0
    cpu_cores: float = 0.0
    in_flight: int = 0
    memory_share: float | None = None
    stall_share: float | None = None
    headroom: Headroom | None = None

    @property
    def free(self) -> int:
        """How many slots may be taken, as far as Claude's limits go."""
        if self.slots is None:
            return 0
        return self.slots.free if self.headroom is None else self.headroom.bound(self.slots.free)


@dataclass(frozen=True, slots=True)
class Member:
    """An instance of the fleet: its last report and how that stands now. `age` in seconds."""

    report: Report
    state: State
    age: float


@dataclass(frozen=True, slots=True)
class Executor:
    """An executor as gateways see it; `free` is 0 while it is draining, silent, or out of Claude's limits."""

    instance: str
    address: str
    version: str
    slots: int
    free: int
    draining: bool
    stale: bool


@dataclass(frozen=True, slots=True)
class Gateway:
    """A gateway that reports."""

    instance: str
    draining: bool


@dataclass(frozen=True, slots=True)
class Capacity:
    """What there is to run Claude on. `estimate`: how long a turn that finds no slot waits; None where unknown."""

    tier: Tier
    executors: tuple[Executor, ...]
    gateways: tuple[Gateway, ...]
    estimate: timedelta | None = None


@dataclass(frozen=True, slots=True)
class CapacityMap:
    """A capacity with the W3C trace context of the assessment that made it."""

    capacity: Capacity
    traceparent: str
