"""C4: of all questions, how many does the store answer, against its rivals and against a cache that knows the future?"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from machine import ForeignLoad
from retention_rivals import Lru, Notes, Parley, Policy, Theine, clairvoyant, share
from retention_traces import Trace, all_traces, answer, zipf
from table import Row

RIVALS: dict[str, tuple[Callable[[], Policy], float]] = {
    "the notes' LFU": (Notes, 0.0),
    "LRU": (Lru, 1.5),
    "W-TinyLFU (theine)": (Theine, 1.0),
}
"""Each with how many points behind it is still good."""

OF_THE_BOUND = 0.9
"""The moonshot."""


def _equal(_key: int) -> float:
    return 1.0


def _saving(key: int) -> float:
    one = answer(key)
    return one.seconds + one.tokens / 100


def hit_ratios(trace: Trace) -> list[Row]:
    """Measure one trace of equal answers."""
    with ForeignLoad() as load:
        ours = 100 * share(Parley(), trace.requests, _equal)
        rivals = {name: 100 * share(make(), trace.requests, _equal) for name, (make, _) in RIVALS.items()}
        bound = 100 * clairvoyant(trace.requests)
    rows = [
        _row(f"hit ratio, %: {trace.name}", ours, name, value, behind=RIVALS[name][1], load=load.share)
        for name, value in rivals.items()
    ]
    goal, met = f"≥ {OF_THE_BOUND} (moonshot)", ours / bound >= OF_THE_BOUND
    bounded = Row("C4", f"hit ratio, %: {trace.name}", ours, "clairvoyant", bound, ours / bound, goal, met, load.share)
    return [*rows, bounded]


def _row(quantity: str, ours: float, rival: str, value: float, *, behind: float, load: float) -> Row:
    goal = f"≥ − {behind} points" if behind else "≥"
    return Row("C4", quantity, ours, rival, value, ours / value, goal, ours >= value - behind, load)


def savings(trace: Trace) -> list[Row]:
    """Measure what hits save, of answers that differ in length as real ones do."""
    with ForeignLoad() as load:
        ours = 100 * share(Parley(weighs=True), trace.requests, _saving)
        rivals = {name: 100 * share(make(), trace.requests, _saving) for name, (make, _) in RIVALS.items()}
    quantity = f"saved seconds and tokens, %: {trace.name}"
    return [_row(quantity, ours, name, value, behind=0.0, load=load.share) for name, value in rivals.items()]


def _measured() -> list[Row]:
    rows = [row for trace in all_traces() for row in hit_ratios(trace)]
    return [*rows, *savings(zipf("Zipf 0.9, drift, answers of all lengths, 5/s", seed=5, rate=5, drift=0.1))]


async def measure() -> list[Row]:
    """Run the traces; all of it is computing."""
    return await asyncio.to_thread(_measured)
