"""Direct channels in which something was asked of late, as the cache knows them, over gRPC."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from typing_extensions import override

from parley.cache.v1 import cache_pb2 as pb
from parley.cache.v1.cache_pb2_grpc import TurnServiceStub
from parley_gateway.backlog import DirectChannels
from parley_gateway.clients.caches import Caches
from parley_gateway.clients.wire import duration

WITHIN = timedelta(days=1)
"""Who wrote yesterday may have written while nobody listened."""
MOST = 50


class DirectChannelClient(DirectChannels):
    """Asks the caches."""

    def __init__(self, caches: Caches) -> None:
        self._caches = caches

    @override
    async def recent(self) -> Sequence[str]:
        asked = pb.ListDirectChannelsRequest(within=duration(WITHIN), most=MOST)
        found = await self._caches.ask("direct", lambda channel: TurnServiceStub(channel).ListDirectChannels(asked))
        return tuple(found.channel_ids)
