"""An unmodified hikari bot loses its connection in many ways and misses nothing that it could have kept."""

import asyncio
from collections.abc import Callable
from typing import Any

import aiohttp
import hikari
import pytest
from hikari.api.shard import GatewayCompression
from hikari.impl.shard import GatewayShardImpl
from support.hikari_bots import LEAN, RunBot, lean_bot, running
from support.loopback import Cast

from parley_sandbox.discord import Address, Fault, LoopbackDiscord
from parley_sandbox.discord.faults import Kind

Texts = asyncio.Queue[str | None]


def hearing(texts: Texts) -> tuple[type[hikari.Event], Callable[[Any], Any]]:
    async def hear(event: hikari.MessageCreateEvent) -> None:
        texts.put_nowait(event.content)

    return hikari.MessageCreateEvent, hear


async def next_text(texts: Texts) -> str | None:
    async with asyncio.timeout(20):
        return await texts.get()


def noted(discord: LoopbackDiscord, what: str) -> list[dict[str, Any]]:
    return [note.detail for note in discord.gateway.journal if note.what == what]


@pytest.mark.parametrize(
    "compression", [GatewayCompression.TRANSPORT_ZLIB_STREAM, GatewayCompression.TRANSPORT_ZSTD_STREAM, None]
)
async def test_every_compression_carries_many_events_in_order(
    discord: LoopbackDiscord,
    run_bot: RunBot,
    cast: Cast,
    monkeypatch: pytest.MonkeyPatch,
    compression: GatewayCompression | None,
) -> None:
    monkeypatch.setitem(GatewayShardImpl.__init__.__kwdefaults__, "compression", compression)  # type: ignore[arg-type]  # hikari's bot has no switch for it
    texts: Texts = asyncio.Queue()
    async with run_bot(hearing(texts)):
        for number in range(200):
            discord.people.say(cast.person("Mika"), cast.channel("Orchard", "general"), f"{number} {'日本語' * 200}")
        heard = [await next_text(texts) for _ in range(200)]
    assert sorted(int(str(text).split()[0]) for text in heard) == list(range(200))
    asked = {
        None: None,
        GatewayCompression.TRANSPORT_ZLIB_STREAM: "zlib-stream",
        GatewayCompression.TRANSPORT_ZSTD_STREAM: "zstd-stream",
    }
    assert noted(discord, "connected")[0].get("compress") == asked[compression]


@pytest.mark.parametrize(
    "fault",
    [
        Fault(Kind.RECONNECT),
        Fault(Kind.INVALID_SESSION_RESUMABLE),
        Fault(Kind.CLOSE, code=4000),
        Fault(Kind.CLOSE, code=1001),
        Fault(Kind.DROP_GATEWAY),
    ],
    ids=lambda fault: f"{fault.kind}-{fault.code}",
)
async def test_what_was_said_while_the_bot_was_away_is_replayed(
    discord: LoopbackDiscord, run_bot: RunBot, cast: Cast, fault: Fault
) -> None:
    texts: Texts = asyncio.Queue()
    channel = cast.channel("Orchard", "general")
    async with run_bot(hearing(texts)):
        discord.people.say(cast.person("Mika"), channel, "before")
        assert await next_text(texts) == "before"
        discord.faults.add(fault)
        await _until(lambda: noted(discord, "closed"))
        discord.people.say(cast.person("Mika"), channel, "meanwhile")
        assert await next_text(texts) == "meanwhile"
    assert len(noted(discord, "resumed")) == 1
    assert len(noted(discord, "identified")) == 1


async def test_a_session_that_ended_is_begun_anew_and_what_was_between_is_lost(
    discord: LoopbackDiscord, run_bot: RunBot, cast: Cast
) -> None:
    texts: Texts = asyncio.Queue()
    channel = cast.channel("Orchard", "general")
    async with run_bot(hearing(texts)):
        discord.faults.add(Fault(Kind.INVALID_SESSION))
        discord.people.say(cast.person("Mika"), channel, "lost")
        await _until(lambda: len(noted(discord, "identified")) == 2)
        discord.people.say(cast.person("Mika"), channel, "found")
        assert await next_text(texts) == "found"
    assert noted(discord, "resumed") == []


@pytest.mark.parametrize("kind", [Kind.NO_HEARTBEAT_ACK, Kind.SILENCE])
async def test_a_dead_connection_is_noticed_by_missing_acknowledgements(
    discord: LoopbackDiscord, run_bot: RunBot, cast: Cast, kind: Kind
) -> None:
    discord.gateway.settings.heartbeat_interval = 0.5
    texts: Texts = asyncio.Queue()
    async with run_bot(hearing(texts)):
        discord.faults.add(Fault(kind, times=3))
        await _until(lambda: noted(discord, "closed"))
        discord.faults.clear()
        discord.people.say(cast.person("Mika"), cast.channel("Orchard", "general"), "still there?")
        assert await next_text(texts) == "still there?"
    assert noted(discord, "resumed")


async def test_a_bot_that_forgets_its_heartbeat_is_closed_with_4009(discord: LoopbackDiscord, address: Address) -> None:
    discord.gateway.settings.heartbeat_interval = 0.1
    async with aiohttp.ClientSession() as http, http.ws_connect(address.gateway_url + "?v=10&encoding=json") as socket:
        assert (await socket.receive_json())["op"] == 10
        async with asyncio.timeout(30):
            assert (await socket.receive()).type is aiohttp.WSMsgType.CLOSE
        assert socket.close_code == 4009


@pytest.mark.parametrize("code", [4004, 4014])
async def test_a_bot_that_may_not_come_back_gives_up(discord: LoopbackDiscord, run_bot: RunBot, code: int) -> None:
    async with run_bot() as bot:
        discord.faults.add(Fault(Kind.CLOSE, code=code))
        with pytest.raises(hikari.GatewayServerClosedConnectionError):
            async with asyncio.timeout(30):
                await bot.join()


async def test_two_replicas_on_one_shard_both_hear_everything(
    discord: LoopbackDiscord, run_bot: RunBot, cast: Cast
) -> None:
    first, second = Texts(), Texts()
    async with run_bot(hearing(first)), run_bot(hearing(second)):
        discord.people.say(cast.person("Mika"), cast.channel("Orchard", "general"), "both")
        assert (await next_text(first), await next_text(second)) == ("both", "both")
        assert len(discord.gateway.sessions) == 2
    assert discord.gateway.sessions == {}


async def test_shards_hear_their_own_guilds_and_direct_messages_come_to_shard_0(
    discord: LoopbackDiscord, address: Address, cast: Cast
) -> None:
    heard: list[Texts] = [Texts(), Texts()]
    bots = [
        running(lean_bot(discord.token, address), hearing(heard[n]), shard_ids=[n], shard_count=2) for n in range(2)
    ]
    async with bots[0], bots[1]:
        for place in (cast.channel("Orchard", "general"), cast.channel("Workshop", "general"), cast.direct("Mika")):
            discord.people.say(cast.person("Mika"), place, place)
        orchard = 1 - discord_shard(cast.guild("Workshop"))
        assert await next_text(heard[orchard]) == cast.channel("Orchard", "general")
        assert {await next_text(heard[1 - orchard])} == {cast.channel("Workshop", "general")}
        assert await next_text(heard[0]) == cast.direct("Mika")
    assert all(texts.empty() for texts in heard)


def discord_shard(guild_id: str) -> int:
    return (int(guild_id) >> 22) % 2


async def test_without_the_message_content_intent_only_what_is_addressed_has_text(
    discord: LoopbackDiscord, run_bot: RunBot, cast: Cast
) -> None:
    texts: Texts = asyncio.Queue()
    channel = cast.channel("Orchard", "general")
    async with run_bot(hearing(texts), intents=LEAN & ~hikari.Intents.MESSAGE_CONTENT) as bot:
        discord.people.say(cast.person("Mika"), channel, "among ourselves")
        assert await next_text(texts) is None
        discord.people.say(cast.person("Mika"), channel, f"<@{cast.bot}> hello")
        assert await next_text(texts) == f"<@{cast.bot}> hello"
        answer = await bot.rest.create_message(int(channel), "yes")
        assert await next_text(texts) == "yes"
        discord.people.say(cast.person("Mika"), channel, "and?", reply_to=str(answer.id))
        assert await next_text(texts) == "and?"
        discord.people.say(cast.person("Mika"), cast.direct("Mika"), "direct")
        assert await next_text(texts) == "direct"


async def test_a_server_that_goes_and_comes_back_is_the_same_discord(cast: Cast, discord: LoopbackDiscord) -> None:
    texts: Texts = asyncio.Queue()
    async with discord.serve() as address:
        port = int(address.base_url.rsplit(":", 1)[1])
        bot = lean_bot(discord.token, address)
        bot.subscribe(*hearing(texts))
        await bot.start(check_for_updates=False)
    discord.people.say(cast.person("Mika"), cast.channel("Orchard", "general"), "during the outage")
    async with discord.serve(port=port):
        assert await next_text(texts) == "during the outage"
        await bot.close()


async def _until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110  # the journal tells nobody
            await asyncio.sleep(0.02)
