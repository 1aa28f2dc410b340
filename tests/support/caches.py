"""A cache that says what a test tells it to, for timings that no real one can be made to have."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from typing_extensions import override

from parley_gateway.claims import Event, Renewed, Step, TurnState
from parley_gateway.ports import HoldCall, TurnStore
from parley_kit.clock import Clock
from parley_kit.faults import Fault, Unavailable

VALID = timedelta(seconds=15)


class ScriptedCall(HoldCall):
    """One stream in the hands of a test."""

    def __init__(self, address: str, store: ScriptedStore) -> None:
        self._address, self._store = address, store
        self._events: asyncio.Queue[Event | Fault | None] = asyncio.Queue()
        self.said: list[Step] = []
        self.done = False
        self.closed = False

    @property
    @override
    def address(self) -> str:
        return self._address

    @override
    async def may_claim(self) -> None:
        await self._store.crowd.wait()

    @override
    async def say(self, step: Step) -> None:
        if self.closed:
            raise Unavailable("UNAVAILABLE", "closed")
        self.said.append(step)

    @override
    async def hear(self) -> Event | None:
        event = await self._events.get()
        if isinstance(event, Fault):
            raise event
        if event is not None:
            self._store.heard()
        return event

    @override
    async def done_saying(self) -> None:
        self.done = True

    @override
    def close(self) -> None:
        self.closed = True

    # --- the test's side

    def tell(self, *events: Event) -> None:
        for event in events:
            self._events.put_nowait(event)

    def grant(self, number: int = 0) -> None:
        self.tell(Renewed(number, "lease", VALID))

    def end(self) -> None:
        self._events.put_nowait(None)

    def fail(self, fault: Fault) -> None:
        self._events.put_nowait(fault)


class ScriptedStore(TurnStore):
    """Hands out streams. addresses: of caches, the first that is not to be avoided is taken; crowd, cleared: a claim
    has to wait for others.
    """

    def __init__(self, clock: Clock, *addresses: str) -> None:
        self._clock = clock
        self._addresses = addresses or ("a:1",)
        self._heard_at = float("-inf")
        self.calls: list[ScriptedCall] = []
        self.away = False
        self.crowd = asyncio.Event()
        self.crowd.set()
        self.stopped: list[tuple[str, str]] = []

    @property
    @override
    def heard_at(self) -> float:
        return self._heard_at

    def heard(self) -> None:
        self._heard_at = self._clock.monotonic()

    @override
    def hold(self, turn_id: str, avoid: Sequence[str] = ()) -> HoldCall:
        if self.away:
            raise Unavailable("UNAVAILABLE", "away")
        address = next((one for one in self._addresses if one not in avoid), next(iter(avoid), ""))
        call = ScriptedCall(address, self)
        self.calls.append(call)
        return call

    @override
    async def stop(self, turn_id: str, by: str) -> TurnState:
        self.stopped.append((turn_id, by))
        return TurnState.OPENED
