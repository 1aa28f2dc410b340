"""The rival of M1: a bare hikari bot that types when somebody writes, and does nothing else. A process of its own."""

from __future__ import annotations

import os

import hikari
from hikari.impl import CacheSettings, HTTPSettings


def main() -> None:
    """Type until ended."""
    bot = hikari.GatewayBot(
        os.environ["TOKEN"],
        rest_url=os.environ["REST_URL"],
        banner=None,
        logs=None,
        suppress_optimization_warning=True,
        intents=hikari.Intents.GUILDS | hikari.Intents.GUILD_MESSAGES,
        cache_settings=CacheSettings(components=hikari.api.CacheComponents.NONE),
        auto_chunk_members=False,
        http_settings=HTTPSettings(force_close_transports=False),
    )

    async def answer(event: hikari.GuildMessageCreateEvent) -> None:
        if not event.author.is_bot:
            await bot.rest.trigger_typing(event.channel_id)

    bot.subscribe(hikari.GuildMessageCreateEvent, answer)
    bot.run(check_for_updates=False)


if __name__ == "__main__":
    main()
