"""TurnService on the wire: a reader and a writer for each held turn."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import grpc
from typing_extensions import override

from parley.cache.v1 import cache_pb2 as pb
from parley.cache.v1 import cache_pb2_grpc
from parley_cache import direct_channels
from parley_cache.claims import Granted
from parley_cache.fullness import Fullness
from parley_cache.holding import Holding
from parley_cache.keys import key_of
from parley_cache.observer import Observer, Result
from parley_cache.orphanage import Orphanage
from parley_cache.rounds import Rounds
from parley_cache.service import bounds, enums, reading, writing
from parley_cache.service.open_streams import OpenStreams
from parley_cache.store.port import Store
from parley_cache.store.tables import turn_subject
from parley_cache.turns import Adoption, Ask, Duplicate
from parley_cache.wakeups import Wakeups
from parley_cache.words import Repeated, Word
from parley_kit.faults import Exhausted, Fault, InvalidInput, TimedOut

Requests = AsyncIterator[pb.HoldTurnRequest]
HoldContext = grpc.aio.ServicerContext[Requests, Any]

FIRST_STEP = 5.0
"""How long a new stream may say nothing, in seconds."""

CHANNELS = 50
"""How many direct channels are named to who does not say how many."""

SILENT_LEASES = 2.0
"""A holder that says nothing for so many leases is gone, whatever its connection looks like."""


class TurnServicer(cache_pb2_grpc.TurnServiceServicer):
    """Turns as gateways see them. `lease` in seconds."""

    def __init__(  # noqa: PLR0917 — the parts of the cache that a turn meets, put together once, in app
        self,
        store: Store,
        wakeups: Wakeups,
        orphanage: Orphanage,
        observer: Observer,
        fullness: Fullness,
        lease: float,
    ) -> None:
        self._store = store
        self._wakeups = wakeups
        self._orphanage = orphanage
        self._observer = observer
        self._fullness = fullness
        self._rounds = Rounds()
        self._lease = lease
        self._open = OpenStreams()

    async def idle(self) -> None:
        """Return when no turn is held here."""
        await self._open.none()

    @override
    async def HoldTurn(  # type: ignore[override]  # a coroutine that writes by itself: both tasks need one TaskGroup
        self, request_iterator: Requests, context: HoldContext
    ) -> None:
        first = await _first(request_iterator)
        wish = _wish(first)
        self._observer.claimed(wish.turn_id)
        with self._wakeups.listen(turn_subject(wish.turn_id)) as ears:
            granted = await self._granted(wish)
            if isinstance(granted, Duplicate):
                self._observer.decided(Result.DUPLICATE)
                await context.write(writing.word(Repeated(granted.state)))
                return
            write = partial(_write, context, joins=_joins(first))
            holding = Holding(self._store, self._rounds, self._observer, ears, granted, write, self._lease)
            with self._open.one():
                await self._hold(holding, request_iterator)

    async def _granted(self, wish: Ask | Adoption) -> Granted | Duplicate:
        if isinstance(wish, Adoption):
            adopted = await self._store.adopt(wish)
            self._observer.adopted()
            return adopted
        granted = await self._claimed(replace(wish, full=self._fullness.is_reached))
        if isinstance(granted, Granted) and granted.fresh:
            self._fullness.let_in()
        return granted

    async def _claimed(self, ask: Ask) -> Granted | Duplicate:
        try:
            return await self._store.claim(ask)
        except Exhausted:
            self._observer.refused("full")
            raise

    async def _hold(self, holding: Holding, requests: Requests) -> None:
        try:
            async with asyncio.TaskGroup() as tasks:
                reader = tasks.create_task(self._read(holding, requests), name="hear")
                await holding.speak()
                reader.cancel()
        except BaseExceptionGroup as group:
            raise _cause(group) from None

    async def _read(self, holding: Holding, requests: Requests) -> None:
        while (request := await _next(requests, SILENT_LEASES * self._lease)) is not None:
            await holding.hear(reading.step(request))
        await holding.part()

    @override
    async def StopTurn(
        self,
        request: pb.StopTurnRequest,
        context: grpc.aio.ServicerContext[pb.StopTurnRequest, Any],
    ) -> pb.StopTurnResponse:
        turn_id = bounds.snowflake("turn_id", request.turn_id)
        self._observer.claimed(turn_id)
        state = await self._store.stop(turn_id, bounds.snowflake("by", request.by))
        return pb.StopTurnResponse(state=enums.STATE_NUMBERS[state])

    @override
    async def WatchOrphans(
        self,
        request: pb.WatchOrphansRequest,
        context: grpc.aio.ServicerContext[pb.WatchOrphansRequest, Any],
    ) -> AsyncIterator[pb.WatchOrphansResponse]:
        reading.holder("holder", request.holder)
        async for orphan in self._orphanage.watch():
            yield pb.WatchOrphansResponse(orphan=writing.orphan(orphan))

    @override
    async def ListDirectChannels(
        self,
        request: pb.ListDirectChannelsRequest,
        context: grpc.aio.ServicerContext[pb.ListDirectChannelsRequest, Any],
    ) -> pb.ListDirectChannelsResponse:
        within = reading.span("within", request.within, direct_channels.KEPT)
        most = bounds.count("most", request.most, bounds.CHANNELS) or CHANNELS
        rule = partial(direct_channels.newest, within=within, most=most)
        return pb.ListDirectChannelsResponse(channel_ids=await self._store.apply("list_direct_channels", rule))


async def _first(requests: Requests) -> pb.HoldTurnRequest:
    """Return what a stream begins with. Raises InvalidInput unless it is Open or Adopt, TimedOut when it does not come."""
    first = await _next(requests, FIRST_STEP)
    if first is None or first.WhichOneof("step") not in {"open", "adopt"}:
        raise InvalidInput("step", "the first message is Open or Adopt.")
    return first


def _wish(first: pb.HoldTurnRequest) -> Ask | Adoption:
    """Read what a stream begins with, under a lease with a fresh name."""
    lease = secrets.token_hex(8)
    if first.HasField("adopt"):
        adopt = first.adopt
        turn_id = bounds.snowflake("adopt.turn_id", adopt.turn_id)
        lapsed = bounds.needed("adopt.lease", adopt.lease, bounds.ID)
        return Adoption(turn_id, lapsed, reading.holder("adopt.holder", adopt.holder), lease)
    opening, have = reading.opening(first.open), reading.have(first.open)
    holder = reading.holder("open.holder", first.open.holder)
    # a new question is as old as its way here; a clock that is wrong shall not cost its token
    asked_ago = reading.age(opening.origin.asked_at) if have is not None else 0.0
    return Ask(opening, holder, lease, key_of(opening), have, asked_ago=asked_ago)


def _joins(first: pb.HoldTurnRequest) -> bool:
    return first.open.reads_more or first.adopt.reads_more


async def _write(context: HoldContext, words: Sequence[Word], *, joins: bool) -> None:
    """Write words, in one message where the holder reads that: each costs as much as a step in Redis."""
    if joins:
        await context.write(writing.words(words))
        return
    for word in words:
        await context.write(writing.word(word))


async def _next(requests: Requests, seconds: float) -> pb.HoldTurnRequest | None:
    """Return the next message, or None at the end. Raises TimedOut when none comes in time."""
    try:
        async with asyncio.timeout(seconds):
            return await anext(requests, None)
    except TimeoutError:
        raise TimedOut("SILENT_HOLDER", "The holder has said nothing for too long.") from None


def _cause(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return what ended a held turn: a fault that can be told before a mistake."""
    leaves = list(_leaves(group))
    return next((error for error in leaves if isinstance(error, Fault)), leaves[0])


def _leaves(group: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    return [
        leaf
        for error in group.exceptions
        for leaf in (_leaves(error) if isinstance(error, BaseExceptionGroup) else [error])
    ]
