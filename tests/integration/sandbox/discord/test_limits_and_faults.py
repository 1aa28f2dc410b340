"""An unmodified hikari bot under limits, refusals and faults."""

import asyncio
import time
from collections.abc import AsyncIterator

import aiohttp
import hikari
import pytest
from hikari.impl import HTTPSettings, RESTApp, RESTClientImpl
from support.loopback import Cast

from parley_sandbox.discord import Address, Fault, InvalidRequests, Limit, LoopbackDiscord, Permission, queries
from parley_sandbox.discord.faults import Kind


@pytest.fixture
def channel(cast: Cast) -> int:
    return int(cast.channel("Orchard", "general"))


@pytest.fixture
async def rest(discord: LoopbackDiscord, address: Address) -> AsyncIterator[RESTClientImpl]:
    app = RESTApp(http_settings=HTTPSettings(force_close_transports=False), url=address.rest_url)
    await app.start()
    client = app.acquire(discord.token, hikari.TokenType.BOT)
    client.start()
    try:
        yield client
    finally:
        await client.close()
        await app.close()


def texts(discord: LoopbackDiscord, cast: Cast, channel: int) -> list[str]:
    return [each["content"] for each in discord.people.messages(cast.person("Mika"), str(channel))]


@pytest.mark.parametrize("style", ["fixed", "sliding"])
async def test_edits_beyond_the_limit_are_held_back_without_a_429(
    discord: LoopbackDiscord, rest: RESTClientImpl, channel: int, style: str
) -> None:
    sent = await rest.create_message(channel, "0")
    discord.limits.set(queries.EDIT, Limit(3, 1.0, "sliding" if style == "sliding" else "fixed"))
    started = time.monotonic()
    for number in range(7):
        await rest.edit_message(channel, sent, str(number))
    took = time.monotonic() - started
    edits = queries.edits(discord.recorder.requests, str(channel))
    assert len(edits) == 7
    assert queries.invalid(discord.recorder.requests) == 0
    assert took >= 1.0
    assert edits[0].ratelimit["X-RateLimit-Remaining"] == "2"


@pytest.mark.parametrize("kind", [Kind.LIMIT_USER, Kind.LIMIT_SHARED, Kind.LIMIT_GLOBAL])
async def test_a_429_is_waited_for_and_tried_again(
    discord: LoopbackDiscord, rest: RESTClientImpl, channel: int, cast: Cast, kind: Kind
) -> None:
    await rest.create_message(channel, "warm")
    discord.limits.set(queries.CREATE, Limit(100, 1.0))
    await rest.create_message(channel, "known bucket")
    discord.faults.add(Fault(kind, seconds=0.5))
    started = time.monotonic()
    await rest.create_message(channel, "late")
    assert time.monotonic() - started >= 0.4
    assert texts(discord, cast, channel)[-1] == "late"
    assert queries.statuses(discord.recorder.requests)[queries.CREATE, 429] >= 1


async def test_a_global_429_on_an_unknown_bucket_is_hammered_until_the_ban(
    discord: LoopbackDiscord, rest: RESTClientImpl, channel: int
) -> None:
    discord.invalid.most, discord.invalid.ban = 50, 600.0
    discord.limits.set(queries.CREATE, Limit(100, 1.0))
    discord.faults.add(Fault(Kind.LIMIT_GLOBAL, seconds=30.0))
    with pytest.raises(hikari.HTTPResponseError):
        await rest.create_message(channel, "x")
    assert discord.invalid.total == 50
    assert discord.invalid.banned_for(discord.clock.now()) > 0


@pytest.mark.parametrize(
    ("fault", "nonce", "copies"),
    [
        (Fault(Kind.STATUS_AFTER, status=502), None, 2),
        (Fault(Kind.STATUS_AFTER, status=502), "n", 1),
        (Fault(Kind.DROP_REPLY), "n", 1),
        (Fault(Kind.DROP_BEFORE), "n", 1),
        (Fault(Kind.STATUS_BEFORE, status=503), None, 1),
    ],
)
async def test_a_retried_create_writes_one_message_if_it_has_a_nonce(
    *,
    discord: LoopbackDiscord,
    rest: RESTClientImpl,
    channel: int,
    cast: Cast,
    fault: Fault,
    nonce: str | None,
    copies: int,
) -> None:
    discord.faults.add(fault)
    sent = await rest.create_message(channel, "once", nonce=nonce or hikari.UNDEFINED)
    assert texts(discord, cast, channel) == ["once"] * copies
    creates = queries.of(discord.recorder.requests, queries.CREATE)
    assert [each.status for each in creates] == [0 if "drop" in fault.kind else fault.status, 200]
    assert [each.faults for each in creates] == [(fault.kind,), ()]
    assert str(sent.id) == creates[-1].message_id


async def test_two_tasks_with_one_nonce_write_one_message(
    discord: LoopbackDiscord, rest: RESTClientImpl, channel: int, cast: Cast
) -> None:
    first, second = await asyncio.gather(*(rest.create_message(channel, "one", nonce="same") for _ in range(2)))
    assert first.id == second.id
    assert texts(discord, cast, channel) == ["one"]


async def test_a_delayed_reply_arrives_late_but_once(
    discord: LoopbackDiscord, rest: RESTClientImpl, channel: int, cast: Cast
) -> None:
    discord.faults.add(Fault(Kind.DELAY_REPLY, seconds=0.3))
    with discord.subscribe() as happenings:
        asked = asyncio.create_task(rest.create_message(channel, "slow"))
        async with asyncio.timeout(30):
            assert (await happenings.get()).kind == "message_create"
    assert not asked.done()
    assert (await asked).content == "slow"
    assert texts(discord, cast, channel) == ["slow"]
    assert discord.recorder.requests[-1].took >= 0.3


async def test_refusals_reach_hikari_as_its_typed_errors(
    discord: LoopbackDiscord, rest: RESTClientImpl, channel: int, cast: Cast
) -> None:
    theirs = int(discord.people.say(cast.person("Sam"), str(channel), "mine")["id"])
    mine = await rest.create_message(channel, "x")
    discord.world.overwrite(str(channel), deny=Permission.SEND_MESSAGES)
    with pytest.raises(hikari.ForbiddenError) as refused:
        await rest.create_message(channel, "x")
    assert refused.value.code == 50013
    discord.world.overwrite(str(channel), deny=Permission.VIEW_CHANNEL)
    with pytest.raises(hikari.ForbiddenError) as refused:
        await rest.trigger_typing(channel)
    assert refused.value.code == 50001
    discord.world.overwrite(str(channel))
    with pytest.raises(hikari.ForbiddenError) as refused:
        await rest.edit_message(channel, theirs, "x")
    assert refused.value.code == 50005
    discord.faults.add(Fault(Kind.MESSAGE_GONE, route="PATCH"))
    with pytest.raises(hikari.NotFoundError) as gone:
        await rest.edit_message(channel, mine, "y")
    assert gone.value.code == 10008
    with pytest.raises(hikari.BadRequestError) as bad:
        await rest.create_message(channel, "x" * 2001)
    assert bad.value.code == 50035


async def test_a_wrong_token_is_unauthorized(discord: LoopbackDiscord, address: Address) -> None:
    async with (
        aiohttp.ClientSession() as http,
        http.get(f"{address.rest_url}/users/@me", headers={"Authorization": "Bot x"}) as answer,
    ):
        assert (answer.status, await answer.json()) == (401, {"message": "401: Unauthorized", "code": 0})


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/v10/nowhere", 404, 0),
        ("PUT", "/api/v10/users/@me", 405, 0),
        ("GET", "/api/v6/users/@me", 400, 50041),
    ],
)
async def test_what_is_not_there_is_refused_in_json(
    *, discord: LoopbackDiscord, address: Address, method: str, path: str, status: int, code: int
) -> None:
    headers = {"Authorization": f"Bot {discord.token}"}
    async with (
        aiohttp.ClientSession() as http,
        http.request(method, address.base_url + path, headers=headers) as answer,
    ):
        assert (answer.status, (await answer.json())["code"]) == (status, code)


async def test_broken_json_is_50109(discord: LoopbackDiscord, address: Address, channel: int) -> None:
    headers = {"Authorization": f"Bot {discord.token}", "Content-Type": "application/json"}
    url = f"{address.rest_url}/channels/{channel}/messages"
    async with aiohttp.ClientSession() as http, http.post(url, data=b"{", headers=headers) as answer:
        assert (answer.status, (await answer.json())["code"]) == (400, 50109)


async def test_a_thousand_edits_cost_little(discord: LoopbackDiscord, rest: RESTClientImpl, channel: int) -> None:
    sent = await rest.create_message(channel, "0")
    used = time.process_time()
    for number in range(1000):
        await rest.edit_message(channel, sent, f"{number} {'word ' * 300}")
    used = time.process_time() - used
    assert len(queries.edits(discord.recorder.requests, str(channel))) == 1000
    assert used < 10.0


def test_a_ban_is_scaled_by_whoever_plays_it() -> None:
    assert LoopbackDiscord(invalid=InvalidRequests(most=5)).invalid.most == 5
