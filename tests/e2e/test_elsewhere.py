"""The sandbox as a cluster runs it: loopbacks, span receiver and page in one place, the services in another."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio
from support.system import System

from parley_sandbox.command import check
from parley_sandbox.command.client import SandboxClient
from parley_sandbox.plan import Sources, places, services
from parley_sandbox.ports import free_ports
from parley_sandbox.settings import SandboxSettings
from parley_sandbox.stack import Stack

HOST = "127.0.0.1"
QUICK = {"PARLEY_GATEWAY_SLOT_WAIT": "1"}
"""A turn without an executor ends soon, and its spans arrive."""


@pytest_asyncio.fixture
async def apart() -> AsyncIterator[System]:
    """Services that know the sandbox only by its ports, and a sandbox that knows only their addresses."""
    discord, claude, otlp = free_ports(HOST, (0, 0, 0))
    own = places(SandboxSettings())
    address = {place.name: place.grpc for place in own}
    settings = SandboxSettings(
        port=0,
        advertise="localhost",
        discord_port=discord,
        claude_port=claude,
        otlp_port=otlp,
        gateway_addresses=address["gateway"],
        monitor_address=address["monitor"],
    )
    stack = Stack(settings)
    sources = Sources(
        discord_token=stack.discord.token,
        discord_rest_url=f"http://localhost:{discord}/api/v10",
        claude_key="loopback",
        claude_url=f"http://localhost:{claude}",
        otlp_endpoint=f"http://localhost:{otlp}",
    )
    running = Stack(settings, specs=services(SandboxSettings(), sources, own, QUICK))
    async with aiohttp.ClientSession() as http, running:
        yield System(running, http)


async def test_a_conversation_is_held_and_every_hop_is_in_its_trace(
    apart: System, capsys: pytest.CaptureFixture[str]
) -> None:
    async with SandboxClient(apart.stack.url) as client:
        code = await check.check(client, redis=False, within=60)
    said = capsys.readouterr().out
    assert code == 0, said
    assert "missing" not in said
    assert said.count("ok  ") == 7
    assert "localhost" in apart.stack.discord.gateway.url


async def test_the_hop_that_is_missing_is_named(apart: System, capsys: pytest.CaptureFixture[str]) -> None:
    await apart.stack.children["executor"].kill()
    async with SandboxClient(apart.stack.url) as client:
        assert await check.check(client, redis=False, within=60) == 1
    said = capsys.readouterr().out
    assert "ok        gateway → cache" in said
    assert "missing   gateway → executor: look at the executor's pods" in said


async def test_a_turn_that_does_not_end_is_said_to_be_under_way(
    apart: System, capsys: pytest.CaptureFixture[str]
) -> None:
    async with SandboxClient(apart.stack.url) as client:
        assert await check.check(client, redis=False, within=60) == 0, "the sandbox hears of turns"
        assert await check.check(client, redis=False, within=2) == 1
    assert "what still runs has left no span" in capsys.readouterr().out
