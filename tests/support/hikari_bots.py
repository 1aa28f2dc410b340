"""Real hikari bots against the loopback Discord, set up as lean as production's."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, TypeAlias

import hikari
from hikari.impl import CacheSettings, HTTPSettings

from parley_sandbox.discord import Address

LEAN = (
    hikari.Intents.GUILDS | hikari.Intents.GUILD_MESSAGES | hikari.Intents.DM_MESSAGES | hikari.Intents.MESSAGE_CONTENT
)

Listener: TypeAlias = tuple[type[hikari.Event], Callable[[Any], Awaitable[None]]]
RunBot: TypeAlias = Callable[..., AbstractAsyncContextManager[hikari.GatewayBot]]


def lean_bot(token: str, address: Address, intents: hikari.Intents = LEAN) -> hikari.GatewayBot:
    return hikari.GatewayBot(
        token,
        rest_url=address.rest_url,
        banner=None,
        logs=None,
        suppress_optimization_warning=True,
        intents=intents,
        cache_settings=CacheSettings(components=hikari.api.CacheComponents.NONE),
        auto_chunk_members=False,
        http_settings=HTTPSettings(force_close_transports=False),
    )


@asynccontextmanager
async def running(bot: hikari.GatewayBot, *listeners: Listener, **start: Any) -> AsyncIterator[hikari.GatewayBot]:
    """Keep a bot connected while the block lasts; a listener is an event type and what to call."""
    for event, listen in listeners:
        bot.subscribe(event, _listening(listen))
    async with asyncio.timeout(20):
        await bot.start(check_for_updates=False, **start)
    try:
        yield bot
    finally:
        if bot.is_alive:
            await bot.close()


def _listening(listen: Callable[[Any], Awaitable[None]]) -> Callable[[Any], Any]:
    async def call(event: Any) -> None:
        await listen(event)

    return call
