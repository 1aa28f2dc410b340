"""The store port: what the service asks of a store. Every operation is atomic and tells the time by the store's clock.

A call that the store cannot answer raises Unavailable; a broken rule raises the fault that the rule names
(`turns`, `replies`). Nothing blocks: who waits for a change subscribes to `changes` and looks again.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from parley_cache.claims import Granted
from parley_cache.model import Held, Outcome, Posted, State, TextEnd
from parley_cache.store.tables import Tables
from parley_cache.turns import Adoption, Ask, Duplicate
from parley_cache.views import Orphan, Seen, View

T = TypeVar("T")

EVERYTHING = ""
"""The subject that means: changes may have been missed, look at everything."""


@dataclass(frozen=True, slots=True)
class Figures:
    """How full the store is."""

    turns: int
    queued: int
    orphans: int
    logs: int
    log_bytes: int
    stored: int
    stored_bytes: int
    conversations: int


class Store(Protocol):
    """Turns, reply logs and conversations."""

    @property
    def losses(self) -> int:
        """How often the store was found to be away; a new number: it may have missed renewals, or forgotten things."""
        ...

    async def run(self) -> None:
        """Stay connected until cancelled. Raises Precondition when what it is connected to must not be used."""
        ...

    async def ready(self) -> None:
        """Return once it can be asked; `run` must be running."""
        ...

    async def claim(self, ask: Ask) -> Granted | Duplicate: ...
    async def adopt(self, wish: Adoption) -> Granted: ...
    async def renew(self, right: Held) -> None: ...
    async def append(self, right: Held, attempt: int, offset: int, text: str) -> None: ...
    async def finish(self, right: Held, end: TextEnd) -> None: ...
    async def post(self, right: Held, posted: Posted) -> None: ...
    async def end(self, right: Held, outcome: Outcome, shown: int) -> View: ...
    async def release(self, right: Held) -> None: ...
    async def stop(self, turn_id: str, by: str) -> State: ...
    async def look(self, right: Held, seen: Seen) -> View: ...
    async def orphans(self) -> Sequence[Orphan]:
        """Return every turn whose lease lapsed, oldest first."""
        ...

    async def sweep(self, *, lapses: bool) -> None:
        """Do what is due: restorations, lapsed leases (only if `lapses`), what is kept long enough."""
        ...

    async def figures(self) -> Figures: ...
    async def apply(self, name: str, rule: Callable[[Tables], T]) -> T:
        """Run any other rule as one atomic operation, `name`d for who watches; only its last run counts."""
        ...

    def changes(self) -> AsyncIterator[Sequence[str]]:
        """Stream the subjects (`tables.turn_subject`, `tables.log_subject`, `tables.EXPIRY`) that changed.

        Subscribed when the first item is asked for; the first item is EVERYTHING, as is one after a gap.
        """
        ...

    async def close(self) -> None: ...
