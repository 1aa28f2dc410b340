"""ExecutorService on the wire."""

from __future__ import annotations

from typing import Any

import grpc
from typing_extensions import override

from parley.executor.v1 import executor_pb2 as pb
from parley.executor.v1 import executor_pb2_grpc
from parley_executor import wire
from parley_executor.generation import Generation
from parley_executor.model import ReplyEvent

Context = grpc.aio.ServicerContext[pb.ExecuteRequest, pb.ExecuteResponse]


class ExecutorServicer(executor_pb2_grpc.ExecutorServiceServicer):
    """Runs replies; `model` and `max_output_tokens` are for requests that name none."""

    def __init__(self, generation: Generation, *, model: str, max_output_tokens: int) -> None:
        self._generation = generation
        self._model = model
        self._max_output_tokens = max_output_tokens

    @override
    async def Execute(self, request: pb.ExecuteRequest, context: Context) -> None:  # type: ignore[override]  # grpc.aio also takes a coroutine that writes; the generated class knows only iterators
        async def emit(event: ReplyEvent) -> None:
            await context.write(wire.response(event))

        asked = wire.request(request, model=self._model, max_output_tokens=self._max_output_tokens)
        await self._generation.run(asked, _time_left(context), emit)


def _time_left(context: Any) -> float | None:
    """Return the seconds until the caller's deadline; None when the caller set none."""
    left: float | None = context.time_remaining()
    return left
