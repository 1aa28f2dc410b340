"""ExecutorService on the wire."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import grpc
from typing_extensions import override

from parley.executor.v1 import executor_pb2 as pb
from parley.executor.v1 import executor_pb2_grpc
from parley_executor import wire
from parley_executor.engines.port import EngineError
from parley_executor.generation import Generation
from parley_executor.model import ModelCard, ReplyEvent
from parley_executor.offers import offers
from parley_executor.reasons import fault_of

Context = grpc.aio.ServicerContext[pb.ExecuteRequest, pb.ExecuteResponse]
ListContext = grpc.aio.ServicerContext[pb.ListModelsRequest, pb.ListModelsResponse]
Models = Callable[[], Awaitable[Sequence[ModelCard]]]
"""Tells which models Claude offers. Raises EngineError."""


class ExecutorServicer(executor_pb2_grpc.ExecutorServiceServicer):
    """Runs replies, and tells which models may be asked for."""

    def __init__(self, generation: Generation, models: Models, defaults: wire.Defaults) -> None:
        self._generation = generation
        self._models = models
        self._defaults = defaults

    @override
    async def Execute(self, request: pb.ExecuteRequest, context: Context) -> None:  # type: ignore[override]  # grpc.aio also takes a coroutine that writes; the generated class knows only iterators
        async def emit(event: ReplyEvent) -> None:
            await context.write(wire.response(event))

        await self._generation.run(wire.request(request, self._defaults), _time_left(context), emit)

    @override
    async def ListModels(self, request: pb.ListModelsRequest, context: ListContext) -> pb.ListModelsResponse:  # type: ignore[override]  # grpc.aio takes a coroutine; the generated class knows only functions
        try:
            cards = await self._models()
        except EngineError as error:
            raise fault_of(error.reason, error.retry_after) from error
        return wire.models(offers(cards, self._defaults.aliases, self._defaults.model))


def _time_left(context: Any) -> float | None:
    """Return the seconds until the caller's deadline; None when the caller set none."""
    left: float | None = context.time_remaining()
    return left
