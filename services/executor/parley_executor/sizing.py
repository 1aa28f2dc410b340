"""How many slots an executor has: as many as are wished, as far as memory and cores go. Pure."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Cost:
    """What an engine needs. base: without any reply; each: for one reply, in bytes; per_core: replies that a core carries.

    one_core: the engine works in the executor's own event loop, which never uses more than one.
    """

    base: int
    each: int
    per_core: float
    one_core: bool = False


COSTS = {
    # A core carries about 190 streams of 50 tokens a second through the official SDK and 500 as bare server-sent events
    # (measured for the reference, section 7); here each piece of text also leaves by gRPC. An idle executor has 73 MiB;
    # with 128 replies at once it was 0.1 MiB more for each whose question has 8 kB, 1.9 MiB where it has 1 MB.
    "messages_api": Cost(base=100 * MIB, each=2 * MIB, per_core=200, one_core=True),
    # A process takes up to 170 MiB, and a core carries ten that speak (measured for the reference, section 12).
    "claude_cli": Cost(base=200 * MIB, each=170 * MIB, per_core=10),
}


@dataclass(frozen=True, slots=True)
class Sizing:
    """slots: at least one; bound: what decides it, `setting`, `memory` or `cores`."""

    slots: int
    bound: str


def size(wished: int, cost: Cost, cores: float, memory_bytes: int | None) -> Sizing:
    """Return how many slots there are. memory_bytes: what may be used, None where unknown."""
    limits = {"setting": wished, "cores": int((min(cores, 1.0) if cost.one_core else cores) * cost.per_core)}
    if memory_bytes is not None:
        limits["memory"] = (memory_bytes - cost.base) // cost.each
    bound = min(limits, key=lambda name: limits[name])
    return Sizing(max(1, limits[bound]), bound)
