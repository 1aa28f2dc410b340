"""What there is in a guild, asked of Discord: the gateway keeps no copy of guilds."""

from __future__ import annotations

from collections.abc import Sequence

import hikari
from typing_extensions import override

from parley_gateway.discord.calls import Calls
from parley_gateway.discord.panels import TEXT_CHANNELS
from parley_gateway.discord.routes import GUILD_CHANNELS
from parley_gateway.ports import Guilds, RestWatch


class HikariGuilds(Guilds):
    """Guilds through hikari's REST client."""

    def __init__(self, rest: hikari.api.RESTClient, calls: Calls) -> None:
        self._rest, self._calls = rest, calls

    @override
    async def text_channels(self, guild_id: str) -> Sequence[str]:
        async def work(_: RestWatch) -> Sequence[hikari.GuildChannel]:
            return await self._rest.fetch_guild_channels(int(guild_id))

        found = [one for one in await self._calls.call("GET", GUILD_CHANNELS, work) if one.type in TEXT_CHANNELS]
        found.sort(key=lambda one: (getattr(one, "position", 0), one.id))
        return [str(one.id) for one in found]
