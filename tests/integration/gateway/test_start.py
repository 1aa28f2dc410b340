"""How a gateway starts, and how it says that it cannot."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator

import pytest
from support.gateways import World, world

from parley_gateway.app import Gateway, build
from parley_kit.faults import Unavailable
from parley_kit.lifecycle import serving
from parley_sandbox.discord import Fault
from parley_sandbox.discord import GatewaySettings as SandboxGateway


@pytest.fixture
async def alone() -> AsyncIterator[World]:
    async with world() as everything:
        yield everything


async def run_program(**environment: str) -> tuple[int, str]:
    """Run the real program until it ends; return its exit code and all that it said."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "parley_gateway",
        env={"PARLEY_GATEWAY_METRICS_LISTEN": "127.0.0.1:0", "PARLEY_GATEWAY_LISTEN": "127.0.0.1:0", **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(30):
        logged, said = await process.communicate()
    return process.returncode or 0, logged.decode() + said.decode()


async def test_a_missing_token_is_one_sentence_that_names_the_setting() -> None:
    code, said = await run_program()
    assert code == 2
    assert said.count("\n") == 1
    assert "PARLEY_GATEWAY_DISCORD_TOKEN" in said


async def test_what_is_no_token_is_said_without_repeating_it() -> None:
    code, said = await run_program(PARLEY_GATEWAY_DISCORD_TOKEN="marzipan")
    assert code == 2
    assert "PARLEY_GATEWAY_DISCORD_TOKEN" in said
    assert "marzipan" not in said


async def test_a_token_that_discord_refuses_ends_the_program(alone: World) -> None:
    code, said = await run_program(
        PARLEY_GATEWAY_DISCORD_TOKEN=f"{alone.discord.token.split('.')[0]}.wrong.token",
        PARLEY_GATEWAY_DISCORD_REST_URL=alone.discord_address.rest_url,
    )
    assert code == 2, said


async def test_an_intent_that_discord_does_not_grant_names_the_setting() -> None:
    async with world(gateway=SandboxGateway(allowed_privileged=0)) as closed:
        code, said = await run_program(
            PARLEY_GATEWAY_DISCORD_TOKEN=closed.discord.token,
            PARLEY_GATEWAY_DISCORD_REST_URL=closed.discord_address.rest_url,
            PARLEY_GATEWAY_MESSAGE_CONTENT="true",
        )
    assert code == 2
    assert "PARLEY_GATEWAY_MESSAGE_CONTENT" in said


async def test_it_starts_without_its_peers_and_says_what_it_waits_for(alone: World) -> None:
    gateway = await alone.start_gateway()
    assert gateway.bot.ready
    assert "the cache at 127.0.0.1:9" in gateway.waits_for
    assert gateway.peers.reachable() == {"cache": False, "monitor": False, "executor": False}


async def test_a_discord_that_is_not_there_yet_is_waited_for(alone: World) -> None:
    """As when sandbox and gateway start together, or Discord is away while a pod is replaced."""
    calls: asyncio.Queue[None] = asyncio.Queue()

    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        calls.put_nowait(None)
        writer.close()

    away = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    port = away.sockets[0].getsockname()[1]
    settings = alone.gateway_settings(discord_rest_url=f"http://127.0.0.1:{port}/api/v10")
    stop = asyncio.Event()
    async with serving(settings, "parley-gateway", build, stop=stop) as gateway, asyncio.timeout(40):
        for _ in range(4):  # hikari itself gives up after three
            await calls.get()
        away.close()
        await away.wait_closed()
        assert not stop.is_set()
        service = gateway.service
        assert isinstance(service, Gateway)
        async with alone.discord.serve(port=port):
            await alone.until(lambda: service.bot.ready, within=30)


async def test_a_discord_that_closes_for_good_ends_the_service(alone: World) -> None:
    with pytest.raises(BaseExceptionGroup) as ended:
        await _until_closed(alone)
    assert ended.group_contains(Unavailable)


async def _until_closed(alone: World) -> None:
    stop = asyncio.Event()
    settings = alone.gateway_settings()
    async with serving(settings, "parley-gateway", build, stop=stop) as gateway:
        service = gateway.service
        assert isinstance(service, Gateway)
        await alone.until(lambda: service.bot.ready)
        alone.discord.faults.add(Fault("close", code=4010))
        async with asyncio.timeout(30):
            await stop.wait()
