"""What only so many gateways may do in a time, as the cache spaces it, over gRPC."""

from __future__ import annotations

import logging
from datetime import timedelta

from parley.cache.v1 import passes_pb2 as pb
from parley.cache.v1.passes_pb2_grpc import PassServiceStub
from parley_gateway.clients.caches import Caches
from parley_gateway.clients.wire import duration
from parley_kit.clock import Clock
from parley_kit.faults import Fault

_log = logging.getLogger(__name__)


class PassClient:
    """Asks the caches."""

    def __init__(self, caches: Caches, clock: Clock) -> None:
        self._caches, self._clock = caches, clock

    async def take(self, key: str, every: float) -> None:
        """Wait for the next free moment of a key, of which there is one in so many seconds; at once without a cache."""
        asked = pb.TakePassRequest(key=key, every=duration(timedelta(seconds=every)))
        try:
            found = await self._caches.ask(key, lambda channel: PassServiceStub(channel).TakePass(asked))
        except Fault as fault:
            _log.info("pass.none", extra={"key": key, "reason": fault.reason})
            return
        await self._clock.sleep(found.wait.ToTimedelta().total_seconds())
