"""The port's operations, each of them one rule over `Tables`; an adapter says how a rule runs whole or not at all."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from typing_extensions import override

from parley_cache import claims, turns, views
from parley_cache.claims import Granted
from parley_cache.model import Held, Outcome, Posted, State, TextEnd
from parley_cache.store.port import Store
from parley_cache.store.tables import Tables
from parley_cache.turns import Adoption, Ask, Duplicate
from parley_cache.views import Seen, View

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Surely:
    """What an operation is certain to touch; whoever keeps the records elsewhere fetches that at once."""

    turn: str | None = None
    ask: Ask | None = None
    seen: Seen | None = None


class Operations(Store):
    """Everything of the port that is a rule."""

    @abstractmethod
    async def _run(self, name: str, rule: Callable[[Tables], T], surely: Surely) -> T:
        """Run a rule as one atomic operation; it may be called several times, and only the last one counts."""

    @override
    async def claim(self, ask: Ask) -> Granted | Duplicate:
        name = "claim_served" if ask.full else "claim"  # what is there already is served even by a full Redis
        surely = Surely(turn=ask.turn_id, ask=ask)
        return await self._run(name, lambda tables: claims.claim(tables, ask), surely)

    @override
    async def adopt(self, wish: Adoption) -> Granted:
        return await self._run("adopt", lambda tables: claims.adopt(tables, wish), Surely(turn=wish.turn_id))

    @override
    async def renew(self, right: Held) -> None:
        await self._run("renew", lambda tables: turns.renew(tables, right), Surely(turn=right.turn_id))

    @override
    async def append(self, right: Held, attempt: int, offset: int, text: str) -> None:
        surely = Surely(turn=right.turn_id)
        await self._run("append", lambda tables: turns.append(tables, right, attempt, offset, text), surely)

    @override
    async def finish(self, right: Held, end: TextEnd) -> None:
        await self._run("finish", lambda tables: turns.finish(tables, right, end), Surely(turn=right.turn_id))

    @override
    async def post(self, right: Held, posted: Posted) -> None:
        await self._run("post", lambda tables: turns.post(tables, right, posted), Surely(turn=right.turn_id))

    @override
    async def end(self, right: Held, outcome: Outcome, shown: int) -> View:
        surely = Surely(turn=right.turn_id)
        return await self._run("end", lambda tables: claims.end(tables, right, outcome, shown), surely)

    @override
    async def release(self, right: Held) -> None:
        await self._run("release", lambda tables: turns.release(tables, right), Surely(turn=right.turn_id))

    @override
    async def stop(self, turn_id: str, by: str) -> State:
        return await self._run("stop", lambda tables: turns.stop(tables, turn_id, by), Surely(turn=turn_id))

    @override
    async def look(self, right: Held, seen: Seen) -> View:
        surely = Surely(turn=right.turn_id, seen=seen)
        return await self._run("look", lambda tables: views.look(tables, right, seen), surely)

    @override
    async def apply(self, name: str, rule: Callable[[Tables], T]) -> T:
        return await self._run(name, rule, Surely())
