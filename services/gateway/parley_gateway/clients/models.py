"""The models that may be asked for, as the executors name them; a near copy."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence

from typing_extensions import override

from parley.executor.v1 import executor_pb2 as pb
from parley.executor.v1.executor_pb2_grpc import ExecutorServiceStub
from parley_gateway.clients.wire import faults
from parley_gateway.model import Model
from parley_gateway.ports import Models
from parley_kit.channel import Channels
from parley_kit.clock import Clock
from parley_kit.faults import Fault

FRESH_SECONDS, AGAIN_SECONDS = 300.0, 10.0
"""An executor asks Claude as rarely, so asking it more often tells nothing new; sooner again where none answered."""
ASK_SECONDS, ONE_SECONDS = 1.0, 0.5
"""For all executors together, and for one of them: a member types meanwhile, and Discord waits 3 s for a completion."""


class ModelClient(Models):
    """Asks the executors in turn. addresses: of those that are known now."""

    def __init__(self, channels: Channels, addresses: Callable[[], Sequence[str]], clock: Clock) -> None:
        self._channels, self._addresses, self._clock = channels, addresses, clock
        self._known: tuple[Model, ...] = ()
        self._good_until = float("-inf")

    @override
    async def list(self) -> Sequence[Model]:
        if self._clock.monotonic() > self._good_until:
            read = await self._read()
            self._good_until = self._clock.monotonic() + (FRESH_SECONDS if read else AGAIN_SECONDS)
        return self._known

    async def _read(self) -> bool:
        """Ask until one answers; False when none did in time."""
        until = self._clock.monotonic() + ASK_SECONDS
        for address in self._addresses():
            if (left := until - self._clock.monotonic()) <= 0:
                break
            with contextlib.suppress(Fault):
                self._known = await self._ask(address, min(left, ONE_SECONDS))
                return True
        return False

    async def _ask(self, address: str, seconds: float) -> tuple[Model, ...]:
        stub = ExecutorServiceStub(self._channels.channel(address))
        with faults():
            found = await stub.ListModels(pb.ListModelsRequest(), timeout=seconds)
        return tuple(Model(one.id, one.display_name or one.id, tuple(one.aliases)) for one in found.models)
