"""What stands in Discord's channels, read page by page, and the places that no event told of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import hikari
from typing_extensions import override

from parley_gateway.addressing import Message
from parley_gateway.backlog import History
from parley_gateway.discord.calls import Calls
from parley_gateway.discord.inbound import PEOPLE_WRITE
from parley_gateway.discord.routes import CHANNEL, MEMBER, MESSAGES
from parley_gateway.discord.written import message_of
from parley_gateway.messages import DeliveryError, Gone
from parley_gateway.places import Place
from parley_gateway.ports import RestWatch

PAGE = 100
"""Messages that Discord gives in one answer."""


class HikariHistory(History):
    """History through hikari's REST client."""

    def __init__(self, rest: hikari.api.RESTClient, calls: Calls) -> None:
        self._rest, self._calls = rest, calls

    @override
    async def newest(self, channel_id: str, guild_id: str) -> Sequence[Message]:
        async def work(_: RestWatch) -> Sequence[hikari.Message]:
            return [one async for one in self._rest.fetch_messages(int(channel_id)).limit(PAGE)]

        written = await self._calls.call("GET", MESSAGES, work)
        # history names no guild
        return [replace(message_of(one), guild_id=guild_id) for one in written if one.type in PEOPLE_WRITE]

    @override
    async def roles(self, guild_id: str, user_id: str) -> frozenset[str]:
        async def work(_: RestWatch) -> frozenset[str]:
            member = await self._rest.fetch_member(int(guild_id), int(user_id))
            return frozenset(map(str, member.role_ids))

        try:
            return await self._calls.call("GET", MEMBER, work)
        except Gone:
            return frozenset()

    async def place(self, channel_id: str) -> Place | None:
        """Return what a channel is; None when Discord does not tell."""

        async def work(_: RestWatch) -> Place:
            return place_of(await self._rest.fetch_channel(int(channel_id)))

        try:
            return await self._calls.call("GET", CHANNEL, work)
        except DeliveryError:
            return None


def place_of(channel: hikari.PartialChannel) -> Place:
    """Return a channel as a place."""
    if isinstance(channel, hikari.GuildThreadChannel):
        return Place(str(channel.guild_id), str(channel.parent_id), joined=channel.member is not None)
    return Place(str(channel.guild_id) if isinstance(channel, hikari.GuildChannel) else "")
