"""PassService on the wire."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import grpc
from typing_extensions import override

from parley.cache.v1 import passes_pb2 as pb
from parley.cache.v1 import passes_pb2_grpc
from parley_cache import passes
from parley_cache.service import bounds, reading, writing
from parley_cache.store.port import Store


class PassServicer(passes_pb2_grpc.PassServiceServicer):
    """What gateways may do once in a time between them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @override
    async def TakePass(
        self, request: pb.TakePassRequest, context: grpc.aio.ServicerContext[pb.TakePassRequest, Any]
    ) -> pb.TakePassResponse:
        key = bounds.needed("key", request.key, bounds.ID)
        every = reading.span("every", request.every, passes.EVERY_MOST)
        wait = await self._store.apply("take_pass", partial(passes.take, key=key, every=every))
        return pb.TakePassResponse(wait=writing.duration(timedelta(seconds=wait)) if wait else None)
