"""The cache over gRPC: holds, stops, orphans."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Sequence

import grpc
from typing_extensions import override

from parley.cache.v1 import cache_pb2 as pb
from parley.cache.v1.cache_pb2_grpc import TurnServiceStub
from parley_gateway.claims import Event, Orphan, Step, TurnState
from parley_gateway.clients.cache_codes import state_of
from parley_gateway.clients.cache_events import event_of, orphan_of
from parley_gateway.clients.cache_steps import request_of
from parley_gateway.clients.caches import Caches
from parley_gateway.clients.turnstile import Place, Turnstile
from parley_gateway.clients.wire import faults
from parley_gateway.ports import HoldCall, TurnStore
from parley_kit.channel import attach
from parley_kit.clock import Clock
from parley_kit.faults import Unavailable

SAY_SECONDS = 3.0
"""A cache that hangs takes words until its window is full; a word that it does not take for so long will not be taken."""

Call = grpc.aio.StreamStreamCall[pb.HoldTurnRequest, pb.HoldTurnResponse]


class CacheClient(TurnStore):
    """Calls the caches; a turn has its own first one, the same at every gateway, where its stop finds it too."""

    def __init__(self, caches: Caches, holder: str, clock: Clock) -> None:
        self._caches, self._holder, self._clock = caches, holder, clock
        self._heard_at = float("-inf")
        self._turnstiles: defaultdict[str, Turnstile] = defaultdict(Turnstile)

    @property
    @override
    def heard_at(self) -> float:
        return self._heard_at

    @override
    def hold(self, turn_id: str, avoid: Sequence[str] = ()) -> HoldCall:
        address = self._caches.ranked(turn_id, avoid)[0]
        place = self._turnstiles[address].place()
        return HoldTurnCall(self._stub(address).HoldTurn, address, place, self._holder, self._heard)

    @override
    async def stop(self, turn_id: str, by: str) -> TurnState:
        asked = pb.StopTurnRequest(turn_id=turn_id, by=by)
        answer = await self._caches.ask(turn_id, lambda channel: TurnServiceStub(channel).StopTurn(asked))
        self._heard()
        return state_of(answer.state)

    async def watch_orphans(self, found: Callable[[Orphan], None]) -> None:
        """Tell of every orphan, at every cache, until cancelled."""

        async def body(address: str) -> None:
            call = self._stub(address).WatchOrphans(pb.WatchOrphansRequest(holder=self._holder))
            try:
                async for response in call:
                    self._heard()
                    found(orphan_of(response.orphan))
            finally:
                call.cancel()

        await attach(self._caches.endpoints, body, clock=self._clock, what="cache")

    def _stub(self, address: str) -> TurnServiceStub:
        return TurnServiceStub(self._caches.channel(address))

    def _heard(self) -> None:
        self._heard_at = self._clock.monotonic()


class HoldTurnCall(HoldCall):
    """Begun when its claim may be said: a call that waits before a cache with nothing to say costs both.

    One word leaves at a time: a second one while gRPC still has the first breaks the stream.
    """

    def __init__(
        self, begin: Callable[[], Call], address: str, place: Place, holder: str, heard: Callable[[], None]
    ) -> None:
        self._begin, self._address, self._place = begin, address, place
        self._holder, self._heard = holder, heard
        self._begun: Call | None = None
        self._saying = asyncio.Lock()
        self._told: deque[pb.HoldTurnResponse] = deque()

    @property
    @override
    def address(self) -> str:
        return self._address

    @override
    async def may_claim(self) -> None:
        await self._place.enter()

    @override
    async def say(self, step: Step) -> None:
        await self._send(lambda call: call.write(request_of(step, self._holder)))

    async def _send(self, send: Callable[[Call], Awaitable[None]]) -> None:
        """Send one thing after the other: grpc.aio breaks a call that is written to twice at once."""
        try:
            async with asyncio.timeout(SAY_SECONDS), self._saying:
                with faults():
                    await send(self._call)
        except TimeoutError:
            raise Unavailable("UNAVAILABLE", "The cache takes nothing more.") from None

    @override
    async def hear(self) -> Event | None:
        while self._told or await self._read():
            if (event := event_of(self._told.popleft())) is not None:
                return event
        return None

    async def _read(self) -> bool:
        """Take what the next message says, often more than one word; False: there is none."""
        with faults():
            response = await self._call.read()
        self._place.leave()
        if not isinstance(response, pb.HoldTurnResponse):
            return False
        self._heard()
        self._told += (response, *response.more)
        return True

    @override
    async def done_saying(self) -> None:
        await self._send(lambda call: call.done_writing())

    @override
    def close(self) -> None:
        self._place.leave()
        if self._begun is not None:
            self._begun.cancel()

    @property
    def _call(self) -> Call:
        if self._begun is None:
            self._begun = self._begin()
        return self._begun
