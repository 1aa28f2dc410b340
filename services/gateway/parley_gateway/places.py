"""Where messages are written: what Discord told of channels and threads. Pure.

A gateway is told of all channels and live threads of its guilds when it connects, and of changes after that; what it was
not told of, such as a thread that was archived by then, is asked for once, for all who wait for it.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

MOST = 50_000
"""Places that are remembered; some 200 bytes each."""


@dataclass(frozen=True, slots=True)
class Place:
    """A channel or thread. guild_id: empty where it is not known, and in a direct channel.

    parent_id: of a thread, its channel; empty for a channel. joined: whether the bot is in the thread; None: that was not
    told. own_role: the role that Discord made for the bot in this guild; empty where there is none.
    """

    guild_id: str = ""
    parent_id: str = ""
    joined: bool | None = False
    own_role: str = ""

    @property
    def thread(self) -> bool:
        """Whether it is a thread."""
        return bool(self.parent_id)


CHANNEL = Place()
"""What is taken for a place of which nothing is known."""


class Places:
    """The newest that was told of each place. ask: Discord, by the channel's id; None when it does not tell."""

    def __init__(self, ask: Callable[[str], Awaitable[Place | None]], *, most: int = MOST) -> None:
        self._ask, self._most = ask, most
        self._known: OrderedDict[str, Place] = OrderedDict()
        self._roles: dict[str, str] = {}
        self._asked: dict[str, asyncio.Task[Place]] = {}

    def put(self, channel_id: str, place: Place) -> None:
        """Take what was told. Once joined a thread stays so: not every event repeats it."""
        known = self._known.get(channel_id)
        if known is not None and (known.joined or place.joined is None):
            place = replace(place, joined=known.joined)
        self._known[channel_id] = place
        self._known.move_to_end(channel_id)
        while len(self._known) > self._most:
            self._known.popitem(last=False)

    def joined(self, channel_id: str, *, there: bool) -> None:
        """Note that the bot is in a thread, or is not any more."""
        if (known := self._known.get(channel_id)) is not None:
            self._known[channel_id] = replace(known, joined=there)

    def role(self, guild_id: str, role_id: str) -> None:
        """Note the bot's own role in a guild."""
        self._roles[guild_id] = role_id

    def drop(self, channel_id: str) -> None:
        """Forget a place that is gone."""
        self._known.pop(channel_id, None)

    def parent_of(self, channel_id: str) -> str:
        """Return the channel of a thread, as far as it is known; empty for all else."""
        return self._known.get(channel_id, CHANNEL).parent_id

    def known(self, channel_id: str) -> Place | None:
        """Return what was told of a place."""
        place = self._known.get(channel_id)
        return replace(place, own_role=self._roles.get(place.guild_id, "")) if place is not None else None

    async def of(self, channel_id: str, guild_id: str) -> Place:
        """Return a place of a guild; Discord is asked for what was not told, once for all who ask meanwhile."""
        known = self.known(channel_id)
        if known is not None and known.joined is not None:
            return known
        task = self._asked.get(channel_id)
        if task is None:
            task = self._asked[channel_id] = asyncio.ensure_future(self._find(channel_id))
            task.add_done_callback(lambda _: self._asked.pop(channel_id, None))
        found = await asyncio.shield(task)
        return replace(found, own_role=self._roles.get(guild_id, ""))

    async def _find(self, channel_id: str) -> Place:
        found = await self._ask(channel_id)
        if found is None:
            return self._known.get(channel_id, CHANNEL)
        self.put(channel_id, found)
        return found
