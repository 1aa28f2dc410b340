"""Discord's REST calls, made so that nobody can cancel them.

hikari wedges a rate-limit bucket for good when a call that waits in it is cancelled (measured); so each call is a
task of its own: a caller may stop waiting, the call goes on.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import hikari

from parley_gateway.allowance import Allowance
from parley_gateway.discord.errors import code_of, error_of, status_of
from parley_gateway.messages import DeliveryError, Transient
from parley_gateway.ports import Observer, RestWatch

T = TypeVar("T")
CALLER_SECONDS = 45.0
"""A caller waits no longer: hikari's three tries of 10 s, and some time in queues, that for the budget included."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Answer(Generic[T]):
    value: T | None = None
    error: DeliveryError | None = None


class Calls:
    """Makes calls and keeps those that run. tasks: outlives every caller. allowance: None, nothing bounds their rate."""

    def __init__(
        self,
        tasks: asyncio.TaskGroup,
        observer: Observer,
        *,
        patience: float = CALLER_SECONDS,
        allowance: Allowance | None = None,
    ) -> None:
        self._tasks, self._observer, self._patience = tasks, observer, patience
        self._allowance = allowance
        self._running: set[asyncio.Task[object]] = set()

    async def call(
        self, method: str, route: str, work: Callable[[RestWatch], Awaitable[T]], *, counted: bool = False
    ) -> T:
        """Return what Discord answers. Raises DeliveryError; Transient too when the answer takes too long.

        counted: it has its place in the budget already, or needs none; others wait for one.
        """
        try:
            async with asyncio.timeout(self._patience):
                if self._allowance is not None and not counted:
                    await self._allowance.take()
                answer = await asyncio.shield(self._begin(method, route, work))
        except TimeoutError:
            raise Transient("Discord did not answer in time") from None
        if answer.error is not None:
            raise answer.error
        return answer.value  # type: ignore[return-value]  # without an error there is a value, of T

    def _begin(self, method: str, route: str, work: Callable[[RestWatch], Awaitable[T]]) -> asyncio.Task[_Answer[T]]:
        task = self._tasks.create_task(self._make(method, route, work))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    @property
    def spare(self) -> bool:
        """Whether there is room for a call that is only a courtesy."""
        return self._allowance is None or self._allowance.spare

    @property
    def running(self) -> int:
        """How many calls are on their way."""
        return len(self._running)

    async def drained(self, seconds: float) -> bool:
        """Wait until none is on its way, at most so long; return whether that is so."""
        if self._running:
            await asyncio.wait(set(self._running), timeout=seconds)
        return not self._running

    async def _make(self, method: str, route: str, work: Callable[[RestWatch], Awaitable[T]]) -> _Answer[T]:
        """Make one call; errors are returned, since a task that raised would end its group and all other calls."""
        with self._observer.rest(method, route) as watch:
            try:
                return _Answer(value=await work(watch))
            except Exception as error:  # noqa: BLE001 — an answer that hikari cannot read must not end the bot
                if not isinstance(error, hikari.HikariError | OSError):
                    _log.exception("discord.call_failed", extra={"method": method, "route": route})
                mapped = error_of(error)
                watch.failed(mapped.kind.value, status_of(error), code_of(error))
                return _Answer(error=mapped)
