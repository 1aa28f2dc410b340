from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Any

import hikari
import pytest
from support.hikari_bots import LEAN, Listener, RunBot, lean_bot, running
from support.loopback import Cast

from parley_sandbox.discord import Address, GatewaySettings, Limits, LoopbackDiscord


@pytest.fixture
def discord() -> LoopbackDiscord:
    return LoopbackDiscord(gateway=GatewaySettings(identify_window=0.0), limits=Limits.none())


@pytest.fixture
def cast(discord: LoopbackDiscord) -> Cast:
    return Cast(discord)


@pytest.fixture
async def address(discord: LoopbackDiscord) -> AsyncIterator[Address]:
    async with discord.serve() as address:
        yield address


@pytest.fixture
def run_bot(discord: LoopbackDiscord, address: Address) -> RunBot:
    def run(
        *listeners: Listener, intents: hikari.Intents = LEAN, **start: Any
    ) -> AbstractAsyncContextManager[hikari.GatewayBot]:
        return running(lean_bot(discord.token, address, intents), *listeners, **start)

    return run
