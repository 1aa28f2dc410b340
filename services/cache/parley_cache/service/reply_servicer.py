"""ReplyService on the wire."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import grpc
from typing_extensions import override

from parley.cache.v1 import replies_pb2 as pb
from parley.cache.v1 import replies_pb2_grpc
from parley_cache import purging, storing
from parley_cache.service import bounds
from parley_cache.service.writing import duration
from parley_cache.store.port import Store
from parley_cache.store.tables import Tables
from parley_kit.faults import InvalidInput

Purge = Callable[[Tables], purging.Purged]


class ReplyServicer(replies_pb2_grpc.ReplyServiceServicer):
    """Stored replies as operators see them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @override
    async def GetStatistics(
        self, request: pb.GetStatisticsRequest, context: grpc.aio.ServicerContext[pb.GetStatisticsRequest, Any]
    ) -> pb.GetStatisticsResponse:
        found = await self._store.apply("statistics", storing.statistics)
        return pb.GetStatisticsResponse(
            hits=found.hits,
            misses=found.misses,
            follows=found.follows,
            saved_time=duration(timedelta(seconds=found.saved_seconds)),
            saved_tokens=found.saved_tokens,
            entries=found.entries,
            bytes=found.size,
            evictions=found.evictions,
            oldest_age=duration(timedelta(seconds=found.oldest)) if found.oldest is not None else None,
            time_to_live=duration(timedelta(seconds=found.time_to_live)),
        )

    @override
    async def Purge(
        self, request: pb.PurgeRequest, context: grpc.aio.ServicerContext[pb.PurgeRequest, Any]
    ) -> pb.PurgeResponse:
        purge = _which(request)
        purged, more = 0, True
        while more:
            done = await self._store.apply("purge", purge)
            purged, more = purged + done.replies, done.more
        return pb.PurgeResponse(purged=purged)


def _which(request: pb.PurgeRequest) -> Purge:
    match request.WhichOneof("which"):
        case "all":
            return purging.everything
        case "guild_id":
            guild_id = bounds.snowflake("guild_id", request.guild_id)
            return lambda tables: purging.guild(tables, guild_id)
        case "conversation_id":
            conversation_id = bounds.needed("conversation_id", request.conversation_id, bounds.ID)
            return lambda tables: purging.conversation(tables, conversation_id)
        case "turn_id":
            turn_id = bounds.snowflake("turn_id", request.turn_id)
            return lambda tables: purging.turn(tables, turn_id)
        case None:
            raise InvalidInput("which", "say which replies to forget.")
