"""The caches that there are, and which of them is asked about what."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import grpc

from parley_gateway.clients.wire import faults
from parley_gateway.ranking import ranked
from parley_kit.channel import Channels, Endpoints
from parley_kit.faults import TimedOut, Unavailable

Answer = TypeVar("Answer")


class Caches:
    """Knows their addresses. A key has its own first cache, the same at every gateway."""

    def __init__(self, channels: Channels, endpoints: Endpoints) -> None:
        self._channels, self.endpoints = channels, endpoints

    @property
    def reachable(self) -> bool:
        """Whether a connection to a cache stands."""
        ready = grpc.ChannelConnectivity.READY
        return any(self.channel(address).get_state() is ready for address in self.endpoints.addresses)

    def channel(self, address: str) -> grpc.aio.Channel:
        """Return the channel to one of them."""
        return self._channels.channel(address)

    def ranked(self, key: str, avoid: Sequence[str] = ()) -> Sequence[str]:
        """Return all caches, the best for a key first: none that just broke, none that nobody can connect to."""
        known = ranked(key, self.endpoints.addresses)
        if not known:
            raise Unavailable("UNAVAILABLE", "No cache is known.")
        broke = {address: order for order, address in enumerate(avoid, start=1)}
        return sorted(known, key=lambda address: (broke.get(address, 0), self._lost(address)))

    async def ask(self, key: str, question: Callable[[grpc.aio.Channel], Awaitable[Answer]]) -> Answer:
        """Ask the caches in the order of a key until one is there. Raises Fault."""
        *first, last = self.ranked(key)
        for address in first:
            with contextlib.suppress(Unavailable, TimedOut), faults():
                return await question(self.channel(address))
        with faults():
            return await question(self.channel(last))

    def _lost(self, address: str) -> bool:
        return self.channel(address).get_state() is grpc.ChannelConnectivity.TRANSIENT_FAILURE
