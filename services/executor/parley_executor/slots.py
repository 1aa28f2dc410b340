"""Places to run Claude in: how many at once, who waits, in which order."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta

from parley_executor.model import Urgency
from parley_executor.reasons import Reason, fault_of
from parley_kit.changes import Changes

SOON = timedelta(seconds=1)
"""What a caller without a slot is asked to wait: a streamed reply ends about that often in a full executor."""


@dataclass(frozen=True, slots=True)
class Load:
    """How full it is. busy counts calls that hold a slot, those included whose Claude has not yet begun."""

    total: int
    busy: int
    waiting: int
    draining: bool


class Slots:
    """Bounded concurrency.

    total: how many at once; queue: how many may wait; patience: how long one waits at most, in seconds. Who is
    watched by somebody goes before who is not; else first come, first served.
    """

    def __init__(self, total: int, queue: int, patience: float) -> None:
        self._total = total
        self._queue = queue
        self._patience = patience
        self._busy = 0
        self._waiting: dict[Urgency, deque[asyncio.Future[None]]] = {urgency: deque() for urgency in Urgency}
        self._draining = False
        self._refuse_at: float | None = None
        self.changes = Changes()

    @property
    def load(self) -> Load:
        """How full it is now."""
        return Load(self._total, self._busy, sum(map(len, self._waiting.values())), self._draining)

    def drain(self, announce: float) -> None:
        """Say that the end is near; after so many seconds nothing new is taken."""
        self._draining = True
        self._refuse_at = asyncio.get_running_loop().time() + announce
        self.changes.notify()

    async def idle(self) -> None:
        """Return when nobody holds a slot or waits for one."""
        while True:
            change = self.changes.next()
            if not self._busy and not self.load.waiting:
                return
            await change.wait()

    @asynccontextmanager
    async def hold(self, urgency: Urgency, deadline: float) -> AsyncGenerator[float, None]:
        """Hold a slot; gives the seconds that it was waited for.

        deadline: on the event loop's clock. Raises Exhausted (POOL_FULL) when none gets free in time, Unavailable
        (DRAINING) once the announcement of the end is over.
        """
        begin = asyncio.get_running_loop().time()
        self._refuse_late(begin)
        if self._busy < self._total:
            self._busy += 1
        else:
            await self._wait(urgency, min(deadline, begin + self._patience))
        self.changes.notify()
        try:
            yield asyncio.get_running_loop().time() - begin
        finally:
            self._release()

    def _refuse_late(self, now: float) -> None:
        if self._refuse_at is not None and now >= self._refuse_at:
            raise fault_of(Reason.DRAINING)

    async def _wait(self, urgency: Urgency, limit: float) -> None:
        """Wait until somebody hands a slot over."""
        if self.load.waiting >= self._queue:
            raise fault_of(Reason.POOL_FULL, SOON)
        turn = asyncio.get_running_loop().create_future()
        self._waiting[urgency].append(turn)
        self.changes.notify()
        try:
            async with asyncio.timeout_at(limit):
                await turn
        except TimeoutError:
            self._leave(urgency, turn)
            raise fault_of(Reason.POOL_FULL, SOON) from None
        except asyncio.CancelledError:
            self._leave(urgency, turn)
            raise

    def _leave(self, urgency: Urgency, turn: asyncio.Future[None]) -> None:
        """Stop waiting; a slot that was handed over in the same moment goes on to the next."""
        if turn.done() and not turn.cancelled():
            self._release()
            return
        with suppress(ValueError):
            self._waiting[urgency].remove(turn)
        self.changes.notify()

    def _release(self) -> None:
        """Hand the slot to who waits, else free it."""
        turn = self._first_waiting()
        if turn is None:
            self._busy -= 1
        else:
            turn.set_result(None)
        self.changes.notify()

    def _first_waiting(self) -> asyncio.Future[None] | None:
        """Take the first in the order who has not just given up."""
        for queue in self._waiting.values():
            while queue:
                turn = queue.popleft()
                if not turn.done():
                    return turn
        return None
