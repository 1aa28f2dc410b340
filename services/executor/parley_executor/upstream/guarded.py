"""An engine that leaves Claude alone while Claude wants that."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from typing_extensions import override

from parley_executor.engines.port import Deadline, Engine, EngineError, EngineEvent, Started
from parley_executor.model import ModelCard, Request
from parley_executor.upstream.standing import Standing


class Guarded(Engine):
    """Another engine behind breakers.

    It stands around the retries: a 529 that a second try gets over opens nothing, one that stays does; and who is
    refused here does not try again.
    """

    def __init__(self, engine: Engine, standing: Standing) -> None:
        self._engine = engine
        self._standing = standing

    @property
    @override
    def name(self) -> str:
        return self._engine.name

    @override
    async def start(self) -> None:
        await self._engine.start()

    @override
    def health(self) -> bool:
        return self._engine.health()

    @override
    async def stream(self, request: Request, deadline: Deadline) -> AsyncGenerator[EngineEvent, None]:
        with self._standing.passage(request.model) as passage:
            try:
                async with aclosing(self._engine.stream(request, deadline)) as events:
                    async for event in events:
                        if isinstance(event, Started):
                            passage.accepted()
                        yield event
            except EngineError as error:
                passage.failed(error)
                raise

    @override
    async def models(self) -> Sequence[ModelCard]:
        return await self._engine.models()

    @override
    async def close(self, grace: float) -> None:
        await self._engine.close(grace)
