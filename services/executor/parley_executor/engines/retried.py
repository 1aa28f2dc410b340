"""An engine that tries once more, as long as no text has come and the kind of failure may pass."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from typing_extensions import override

from parley_executor.engines.port import Deadline, Engine, EngineError, EngineEvent, Started
from parley_executor.model import ModelCard, Request
from parley_executor.reasons import PASSING, Reason
from parley_kit.clock import Clock


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how late. spread: the most seconds of the first wait's jitter, doubled for each further one."""

    retries: int = 1
    spread: float = 0.5

    def wait(self, error: EngineError, tries: int, time_left: float, draw: Callable[[], float]) -> float | None:
        """Return how many seconds to wait before trying again, None when that is not to be.

        Full jitter (draw returns 0 to 1) on top of what Claude's API asks; a wait that leaves no time is none.
        tries: how many there were.
        """
        if tries > self.retries or error.partial or error.reason not in PASSING:
            return None
        asked = error.retry_after.total_seconds() if error.retry_after is not None else 0.0
        wait = asked + draw() * self.spread * 2 ** (tries - 1)
        return wait if wait < time_left else None


class Retried(Engine):
    """Another engine, with retries; its reader sees one Started and one end."""

    def __init__(
        self,
        engine: Engine,
        policy: RetryPolicy,
        clock: Clock,
        on_retry: Callable[[Reason, float], None],
        draw: Callable[[], float] = random.random,
    ) -> None:
        self._engine = engine
        self._policy = policy
        self._clock = clock
        self._on_retry = on_retry
        self._draw = draw

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
    async def models(self) -> Sequence[ModelCard]:
        return await self._engine.models()

    @override
    async def stream(self, request: Request, deadline: Deadline) -> AsyncGenerator[EngineEvent, None]:
        started, tries, finished = False, 0, False
        while not finished:
            tries += 1
            try:
                async with aclosing(self._engine.stream(request, deadline)) as events:
                    async for event in events:
                        if not (started and isinstance(event, Started)):
                            yield event
                        started = True
                finished = True
            except EngineError as error:
                await self._pause(error, tries, deadline)

    @override
    async def close(self, grace: float) -> None:
        await self._engine.close(grace)

    async def _pause(self, error: EngineError, tries: int, deadline: Deadline) -> None:
        """Wait before the next try, or raise the error again."""
        time_left = deadline.limit(asyncio.get_running_loop().time(), begun=False) - asyncio.get_running_loop().time()
        wait = self._policy.wait(error, tries, time_left, self._draw)
        if wait is None:
            raise error
        self._on_retry(error.reason, wait)
        await self._clock.sleep(wait)
