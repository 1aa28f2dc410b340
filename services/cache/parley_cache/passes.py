"""Passes: what may be done once in a time, whoever does it. A rule over the plain half of the tables."""

from __future__ import annotations

from dataclasses import dataclass

from parley_cache.store.tables import Tables

EVERY_MOST = 60.0
"""The longest time between two passes of a key, in seconds; so long after its last moment a key is remembered."""


@dataclass(frozen=True, slots=True)
class Pass:
    """The moment of a key's last pass, in the store's seconds."""

    moment: float


def take(tables: Tables, key: str, every: float) -> float:
    """Hand out the next free moment of a key, `every` seconds after the last one; return the seconds until it."""
    last = tables.record(Pass, key)
    moment = tables.now if last is None else max(tables.now, last.moment + every)
    tables.put_record(key, Pass(moment), moment + EVERY_MOST)
    return moment - tables.now
