"""Which questions of a channel the bot has answered: one look serves all who waited for it.

In a crowd many turns are late, and each must know whether its answer stands already. Discord limits reads too, and a page
of a channel's messages tells as much of one question as of its neighbours.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

import hikari

from parley_gateway.discord.calls import Calls
from parley_gateway.discord.routes import MESSAGES
from parley_gateway.discord.rows import ended_turns
from parley_gateway.messages import DeliveryError, Found
from parley_gateway.ports import RestWatch

NEAR = 50
"""An answer is one of so many messages after its question."""
FARTHEST = 500
"""So many messages are looked through for all questions of a round together."""


@dataclass(slots=True)
class _Round:
    """Questions that share a look. found: the answers by question; ended: turns whose end stands; error: why there was no
    look.
    """

    questions: set[int] = field(default_factory=set)
    found: Mapping[int, str] | None = None
    ended: frozenset[str] = frozenset()
    error: DeliveryError | None = None


class Searches:
    """Looks for the bot's answers. user_id: the bot's own, known when it is connected."""

    def __init__(self, rest: hikari.api.RESTClient, calls: Calls, user_id: Callable[[], Awaitable[int]]) -> None:
        self._rest, self._calls, self._user_id = rest, calls, user_id
        self._next: dict[int, _Round] = {}
        self._lines: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    async def answer(self, channel: int, question: int, turn_id: str) -> Found | None:
        """Return the bot's answer; None if none stood when this was asked. Raises DeliveryError."""
        own = self._next.setdefault(channel, _Round())
        own.questions.add(question)
        line = self._lines.setdefault(channel, asyncio.Lock())
        async with line:
            if own.found is None and own.error is None:
                await self._look(channel, own)
        if own.error is not None:
            raise own.error
        found = (own.found or {}).get(question)
        return Found(found, turn_id in own.ended) if found is not None else None

    async def _look(self, channel: int, own: _Round) -> None:
        """Look for a round that nobody joins from now on: what is posted later it would not see."""
        if self._next.get(channel) is own:
            del self._next[channel]
        ours = await self._user_id()

        async def work(_: RestWatch) -> Sequence[hikari.Message]:
            most = min(NEAR * len(own.questions), FARTHEST)
            near = self._rest.fetch_messages(channel, after=min(own.questions)).limit(most)
            return [one async for one in near if one.author.id == ours]

        try:
            written = await self._calls.call("GET", MESSAGES, work)
            own.ended = frozenset[str]().union(*map(ended_turns, written))
            own.found = {question: str(one.id) for one in written if (question := _answered(one))}
        except DeliveryError as error:
            own.error = error


def _answered(message: hikari.Message) -> int:
    reference = message.message_reference
    return int(reference.id or 0) if reference is not None else 0
