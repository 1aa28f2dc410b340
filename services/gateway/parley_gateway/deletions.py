"""Members delete a question: it is forgotten, and its answer goes along.

Every gateway hears it. The one that holds the turn ends it; for a turn that has ended the cache tells what is left of it in
Discord. All of it may happen twice. What the cache could not be told is told later: who deletes a question wants it gone.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable
from typing import Protocol

from parley_gateway.addressing import Rules
from parley_gateway.messages import DeliveryError
from parley_gateway.ports import Conversations, Postings
from parley_kit.clock import Clock
from parley_kit.faults import Fault, NotFound

AGAIN = 10.0
"""Between two tries to tell the cache, in seconds."""
MOST = 10_000
"""So many ids are kept for a cache that is away; the oldest go first."""
_log = logging.getLogger(__name__)


class Held(Protocol):
    """The turns that this gateway holds."""

    def withdraw(self, message_ids: frozenset[str]) -> None:
        """End the turns whose question or answer is among these deleted messages."""
        ...


class Deletions:
    """Obeys."""

    def __init__(
        self,
        held: Held,
        conversations: Conversations,
        postings: Postings,
        rules: Callable[[], Awaitable[Rules]],
        clock: Clock,
    ) -> None:
        self._held, self._conversations, self._postings = held, conversations, postings
        self._rules, self._clock = rules, clock
        self._untold: OrderedDict[str, str] = OrderedDict()
        self._some, self._telling = asyncio.Event(), asyncio.Lock()

    async def deleted(self, channel_id: str, message_ids: Iterable[str]) -> None:
        """Take deleted questions out of their conversations, and their answers out of Discord."""
        gone = frozenset(message_ids)
        self._held.withdraw(gone)
        self._untold |= dict.fromkeys(gone, channel_id)
        while len(self._untold) > MOST:
            self._untold.popitem(last=False)
        async with self._telling:
            fault = await self._tell()
        if fault is not None:
            _log.warning("deletion.not_told", extra={"channel": channel_id, "reason": fault.reason})

    async def run(self) -> None:
        """Tell the cache what it could not be told, until cancelled."""
        while True:
            await self._some.wait()
            await self._clock.sleep(AGAIN)
            async with self._telling:
                await self._tell()

    async def _tell(self) -> Fault | None:
        """Tell all that was not told; the first fault ends it, since the others the cache would not take either."""
        by = (await self._rules()).bot_id  # Discord does not tell who deleted them
        for message_id, channel_id in list(self._untold.items()):
            try:
                await self._remove(channel_id, message_id, by)
            except Fault as fault:
                self._some.set()
                return fault
            self._untold.pop(message_id, None)
        self._some.clear()
        return None

    async def _remove(self, channel_id: str, message_id: str, by: str) -> None:
        try:
            left = await self._conversations.remove(message_id, by)
        except NotFound:  # mostly: nobody had asked anything by it
            return
        for posted in left.posted:
            with contextlib.suppress(DeliveryError):
                await self._postings.remove(channel_id, posted.message_id)
