"""The gateway's connections to Discord: shards and HTTP."""

from __future__ import annotations

import asyncio

import pytest
from support.gateways import World, world

from parley_gateway.app import Gateway
from parley_sandbox.discord import GatewaySettings as SandboxGateway
from parley_sandbox.discord.gateway.identify import IdentifyBuckets

STREAM = "[[tps=400 text=words:60]]"


@pytest.mark.parametrize(("index", "shards"), [(0, {0, 1}), (1, {2, 3})])
async def test_a_gateway_holds_the_shards_of_its_set(index: int, shards: set[int]) -> None:
    async with world(gateway=SandboxGateway(identify_window=0, max_concurrency=4)) as parley:
        gateway = await parley.start_gateway(shards=4, shard_sets=2, shard_index=index)
        assert set(gateway.bot.shards) == shards


async def test_with_sets_of_shards_a_silent_cache_leaves_no_channel_without_an_answer() -> None:
    async with world(gateway=SandboxGateway(identify_window=0, max_concurrency=4)) as parley:
        await parley.start_monitor()
        await parley.start_executor()
        for index in range(2):
            await parley.start_gateway(shards=2, shard_sets=2, shard_index=index, cache_silence=0.15, grace=0)
        await parley.settled()
        both = [parley.service(index).siblings for index in range(2)]
        await parley.until(lambda: all(len(one._living) == 2 for one in both))
        home = next(one["id"] for one in parley.discord.world.guilds.values() if one["name"] == "Orchard")
        rooms = [str(parley.discord.world.add_channel(home, f"room-{number}")["id"]) for number in range(12)]
        sam = parley.cast.person("Sam")
        questions = [str(parley.discord.people.say(sam, room, f"{parley.bot} Hello")["id"]) for room in rooms]
        await parley.until(lambda: all("memory cannot be reached" in parley.reply(one) for one in questions))


async def test_each_shard_waits_for_its_turn_and_starts_without_a_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    turns: list[int] = []
    waits = Gateway._identify_turn

    async def noted(gateway: Gateway, bucket: int) -> None:
        turns.append(bucket)
        await waits(gateway, bucket)

    monkeypatch.setattr(Gateway, "_identify_turn", noted)
    async with world(gateway=SandboxGateway(identify_window=0, max_concurrency=2)) as parley:
        await parley.start_gateway(shards=2, identify_spacing=5.5)
    assert sorted(turns) == [0, 1]


async def test_calls_share_few_connections(parley: World) -> None:
    await parley.ended(parley.ask(f"What is a log? {STREAM}"))
    service = parley.service(0)
    assert 1 <= service._pool.waiting + service._pool.used <= 10
    ways = {
        sample.labels["way"]: sample.value
        for metric in service._figures.connections.collect()
        for sample in metric.samples
        if sample.name.endswith("_total")
    }
    assert ways["reused"] >= 1
    assert 1 <= ways["opened"] <= 10


async def test_an_idle_connection_is_closed() -> None:
    async with world() as parley:
        gateway = await parley.start_gateway(discord_idle=0.2)
        await parley.until(lambda: gateway._pool.waiting + gateway._pool.used == 0)


async def test_gateways_that_start_together_identify_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[bool] = []
    take = IdentifyBuckets.take

    def noted(buckets: IdentifyBuckets, shard: tuple[int, int], now: float) -> bool:
        taken.append(take(buckets, shard, now))
        return taken[-1]

    monkeypatch.setattr(IdentifyBuckets, "take", noted)
    async with world(gateway=SandboxGateway(identify_window=1.0)) as parley:
        await parley.start_cache()
        async with asyncio.TaskGroup() as both:
            for _ in range(2):
                both.create_task(parley.start_gateway(identify_spacing=1.3))
    assert taken == [True, True], "Discord refused nobody"
