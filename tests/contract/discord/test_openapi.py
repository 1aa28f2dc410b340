"""Every answer of the loopback Discord is what Discord's own OpenAPI document describes."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import orjson
import pytest
from support.loopback import Cast
from support.openapi import OpenApi

from parley_sandbox.discord import Fault, Limit, Limits, LoopbackDiscord, ManualClock, Permission, Recorded, queries
from parley_sandbox.discord.faults import Kind
from parley_sandbox.discord.happenings import Event
from parley_sandbox.discord.rest import commands, interactions, messages, places, threads
from parley_sandbox.discord.rest.start import Start

STOP = {"type": 1, "components": [{"type": 2, "style": 4, "label": "Stop", "custom_id": "stop"}]}
PICK = {"type": 3, "custom_id": "pick", "options": [{"label": "One", "value": "1"}, {"label": "Two", "value": "2"}]}
LIST = {"type": 1, "components": [PICK]}


@dataclass
class Client:
    """A plain HTTP client with the bot's token."""

    http: aiohttp.ClientSession
    discord: LoopbackDiscord
    root: str

    async def ask(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        async with self.http.request(method, self.root + path, json=body, **more) as answer:
            raw = await answer.read()
            return orjson.loads(raw) if raw else None

    async def upload(self, method: str, path: str, body: Any, *files: tuple[str, bytes]) -> Any:
        form = aiohttp.FormData()
        form.add_field("payload_json", orjson.dumps(body).decode(), content_type="application/json")
        for number, (name, content) in enumerate(files):
            form.add_field(f"files[{number}]", content, filename=name, content_type="text/plain")
        async with self.http.request(method, self.root + path, data=form) as answer:
            return await answer.json()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def discord(clock: ManualClock) -> LoopbackDiscord:
    return LoopbackDiscord(clock=clock, limits=Limits.none())


@pytest.fixture
def cast(discord: LoopbackDiscord) -> Cast:
    return Cast(discord)


@pytest.fixture
async def client(discord: LoopbackDiscord) -> AsyncIterator[Client]:
    headers = {"Authorization": f"Bot {discord.token}"}
    async with discord.serve() as address, aiohttp.ClientSession(headers=headers) as http:
        yield Client(http, discord, address.rest_url)


def faults_of(openapi: OpenApi, requests: tuple[Recorded, ...] | Any) -> list[str]:
    return [
        f"{each.route} -> {each.status}: {fault}"
        for each in requests
        for fault in openapi.response_faults(each.route, each.status, _without_details(each.response))
    ]


def _without_details(body: Any) -> Any:
    """The document wants integers as codes of single fields; Discord's documentation and Discord itself have words."""
    return {key: value for key, value in body.items() if key != "errors"} if isinstance(body, dict) else body


def test_every_route_that_is_served_is_one_of_discords(openapi: OpenApi, discord: LoopbackDiscord) -> None:
    served = (
        Start(discord.gateway).routes(),
        places.ROUTES,
        threads.ROUTES,
        messages.ROUTES,
        interactions.ROUTES,
        commands.ROUTES,
    )
    assert [route for routes in served for route in routes if not openapi.knows(route)] == []


async def test_a_bots_start_is_answered_by_the_document(openapi: OpenApi, client: Client, cast: Cast) -> None:
    orchard = cast.guild("Orchard")
    for path in (
        *("/gateway", "/gateway/bot", "/users/@me", "/applications/@me", "/oauth2/applications/@me"),
        *(f"/guilds/{orchard}", f"/guilds/{orchard}?with_counts=true", f"/guilds/{orchard}/channels"),
        *(f"/guilds/{orchard}/members/{cast.person('Mika')}", f"/users/{cast.person('Mika')}"),
        *(f"/channels/{cast.channel('Orchard', 'help')}", f"/channels/{cast.direct('Sam')}"),
    ):
        assert await client.ask("GET", path)
    await client.ask("POST", "/users/@me/channels", {"recipient_id": cast.person("Sam")})
    await _register(client, cast.bot)
    await _register(client, f"{cast.bot}/guilds/{orchard}")
    _assert_valid(openapi, client, least=30)


async def _register(client: Client, scope: str) -> None:
    ask: dict[str, Any] = {
        "name": "ask",
        "description": "Ask",
        "options": [{"type": 3, "name": "q", "description": "What"}],
    }
    there = f"/applications/{scope}/commands"
    ask["options"].append({"type": 7, "name": "where", "description": "Where", "channel_types": [0], "required": None})
    ask["name_localizations"], ask["default_member_permissions"] = {"ja": "質問"}, 32
    registered = await client.ask("PUT", there, [ask, {"name": "Ask Claude", "type": 3}])
    await client.ask("GET", there)
    await client.ask("GET", f"{there}?with_localizations=true")
    made = await client.ask("POST", there, {"name": "who", "type": 2})
    assert await client.ask("GET", f"{there}/{made['id']}") == made
    await client.ask("POST", there, {"name": "who", "type": 2})
    await client.ask("PATCH", f"{there}/{registered[0]['id']}", {"description": "Ask anything"})
    await client.ask("DELETE", f"{there}/{made['id']}")
    await client.ask("GET", f"{there}/{made['id']}")


async def test_a_conversation_is_answered_by_the_document(openapi: OpenApi, client: Client, cast: Cast) -> None:
    people, channel = client.discord.people, cast.channel("Orchard", "general")
    question = people.say(cast.person("Mika"), channel, f"<@{cast.bot}> hello @everyone", files=[("note.txt", b"hi")])
    there = f"/channels/{channel}"
    await client.ask("POST", f"{there}/typing")
    reply = {
        "message_reference": {"message_id": question["id"]},
        "components": [STOP],
        "nonce": "n",
        "enforce_nonce": True,
    }
    sent = await client.ask("POST", f"{there}/messages", {"content": "He", **reply})
    await client.ask("POST", f"{there}/messages", {"content": "He", **reply})
    mine = f"{there}/messages/{sent['id']}"
    await client.ask("PATCH", mine, {"content": "Hello", "components": []})
    described = {"attachments": [{"id": "0", "filename": "all.md", "description": "everything"}]}
    await client.upload("PATCH", mine, described, ("all.md", b"# all"))
    await client.ask("PUT", f"{mine}/reactions/%F0%9F%91%8D/@me")
    people.react(cast.person("Noor"), sent["id"], "leaf:42")
    await client.ask("GET", mine)
    embed = {"embeds": [{"title": "a", "description": "b", "fields": [{"name": "n", "value": "v"}]}]}
    await client.upload("POST", f"{there}/messages", embed, ("a.txt", b"a"), ("b.txt", b"b"))
    for query in ("", "?limit=2", f"?after={question['id']}", f"?before={sent['id']}", f"?around={sent['id']}"):
        await client.ask("GET", f"{there}/messages{query}")
    await client.ask("DELETE", f"{mine}/reactions/%F0%9F%91%8D/@me")
    people.delete(cast.person("Mika"), question["id"])
    assert (await client.ask("GET", mine))["referenced_message"] is None
    await client.ask("DELETE", mine)
    _assert_valid(openapi, client, least=16)


@pytest.mark.parametrize("kind", [4, 5, 6, 7])
@pytest.mark.parametrize("flags", [0, 64])
@pytest.mark.parametrize("place", ["guild", "direct"])
async def test_an_interaction_is_answered_by_the_document(
    *, openapi: OpenApi, client: Client, cast: Cast, kind: int, flags: int, place: str
) -> None:
    channel = cast.channel("Orchard", "general") if place == "guild" else cast.direct("Mika")
    sent = await client.ask("POST", f"/channels/{channel}/messages", {"content": "working", "components": [STOP]})
    interaction = client.discord.people.click(cast.person("Mika"), sent["id"], "stop")
    said = {"content": "well", "flags": flags} if kind in (4, 7) else {"flags": flags}
    callback = f"/interactions/{interaction['id']}/{interaction['token']}/callback"
    told = await client.ask("POST", f"{callback}?with_response=true", {"type": kind, "data": said})
    assert ("resource" in told) is (kind in (4, 7))
    hook = f"/webhooks/{cast.bot}/{interaction['token']}"
    await client.ask("PATCH", f"{hook}/messages/@original", {"content": "done", "components": []})
    await client.ask("GET", f"{hook}/messages/@original")
    more = await client.ask("POST", f"{hook}?wait=true", {"content": "more", "flags": flags})
    await client.ask("PATCH", f"{hook}/messages/{more['id']}", {"content": "more!"})
    await client.ask("DELETE", f"{hook}/messages/{more['id']}")
    await client.ask("DELETE", f"{hook}/messages/@original")
    _assert_valid(openapi, client, least=8)


async def test_a_command_a_list_and_a_form_are_answered_by_the_document(
    openapi: OpenApi, client: Client, cast: Cast
) -> None:
    people, channel, mika = client.discord.people, cast.channel("Orchard", "general"), cast.person("Mika")
    await _register(client, cast.bot)
    await client.ask("GET", f"/applications/{cast.bot}/commands?with_localizations=true")
    used = people.command(mika, channel, "ask", {"q": "why"})
    field = {"type": 4, "custom_id": "a", "style": 1, "label": "A", "required": False}
    form = {"type": 9, "data": {"custom_id": "f", "title": "T", "components": [{"type": 1, "components": [field]}]}}
    await client.ask("POST", f"/interactions/{used['id']}/{used['token']}/callback?with_response=true", form)
    sent = people.submit(mika, used["id"], {"a": "b"})
    shown = {"type": 4, "data": {"content": "done", "components": [LIST]}}
    told = await client.ask("POST", f"/interactions/{sent['id']}/{sent['token']}/callback?with_response=true", shown)
    picked = people.select(mika, told["resource"]["message"]["id"], "pick", ["1"])
    updated = {"type": 7, "data": {"content": "picked", "components": []}}
    await client.ask("POST", f"/interactions/{picked['id']}/{picked['token']}/callback?with_response=true", updated)
    _assert_valid(openapi, client, least=6)


@pytest.mark.parametrize("kind", [1, 2, 3])
async def test_what_answers_a_command_says_so_as_the_document_has_it(
    openapi: OpenApi, client: Client, cast: Cast, kind: int
) -> None:
    mika, channel = cast.person("Mika"), cast.channel("Orchard", "general")
    said = client.discord.people.say(cast.person("Noor"), channel, "so?")
    command = {"name": "ask", "type": kind} | ({"description": "Ask"} if kind == 1 else {})
    await client.ask("PUT", f"/applications/{cast.bot}/commands", [command])
    target = {1: None, 2: cast.person("Noor"), 3: said["id"]}[kind]
    used = client.discord.people.command(mika, channel, "ask", target=target)
    answer = {"type": 5, "data": {"flags": 64}}
    await client.ask("POST", f"/interactions/{used['id']}/{used['token']}/callback?with_response=true", answer)
    hook = f"/webhooks/{cast.bot}/{used['token']}"
    shown = await client.ask("PATCH", f"{hook}/messages/@original", {"content": "so."})
    assert shown["type"] == (20 if kind == 1 else 23)
    cause = shown["interaction_metadata"]
    assert {1: None, 2: cause.get("target_user", {}).get("id"), 3: cause.get("target_message_id")}[kind] == target
    more = await client.ask("POST", f"{hook}?wait=true", {"content": "and more", "flags": 64})
    assert more["interaction_metadata"]["original_response_message_id"] == shown["id"]
    _assert_valid(openapi, client, least=4)


async def test_threads_are_answered_by_the_document(openapi: OpenApi, client: Client, cast: Cast) -> None:
    people, channel = client.discord.people, cast.channel("Orchard", "general")
    question = people.say(cast.person("Mika"), channel, "let us talk")
    thread = await client.ask("POST", f"/channels/{channel}/messages/{question['id']}/threads", {"name": "Talk"})
    await client.ask("POST", f"/channels/{channel}/threads", {"name": "Alone", "type": 11})
    there = f"/channels/{thread['id']}"
    await client.ask("PUT", f"{there}/thread-members/@me")
    await client.ask("POST", f"{there}/messages", {"content": "here"})
    await client.ask("GET", f"{there}/messages")
    await client.ask("GET", there)
    await client.ask("PUT", f"{there}/thread-members/{cast.person('Noor')}")
    await client.ask("GET", f"{there}/thread-members?with_member=true")
    await client.ask("GET", f"{there}/thread-members/{cast.person('Noor')}")
    await client.ask("GET", f"/guilds/{cast.guild('Orchard')}/threads/active")
    await client.ask("PATCH", there, {"archived": True, "name": "Talked"})
    archived = await client.ask("GET", f"/channels/{channel}/threads/archived/public?limit=1")
    assert [each["name"] for each in archived["threads"]] == ["Talked"]
    begun = await client.ask("GET", f"/channels/{channel}/messages/{question['id']}")
    assert begun["thread"]["id"] == thread["id"]
    await client.ask("GET", f"/channels/{channel}/messages")
    await client.ask("DELETE", f"{there}/thread-members/{cast.person('Noor')}")
    await client.ask("DELETE", f"{there}/thread-members/@me")
    await client.ask("DELETE", there)
    client.discord.world.overwrite(channel, allow=Permission.MANAGE_THREADS)
    await client.ask("DELETE", there)
    assert await client.ask("GET", there) == {"message": "Unknown Channel", "code": 10003}
    _assert_valid(openapi, client, least=19)


async def test_without_with_response_a_callback_is_answered_by_nothing(
    openapi: OpenApi, client: Client, cast: Cast
) -> None:
    body = {"content": "working", "components": [STOP]}
    sent = await client.ask("POST", f"/channels/{cast.direct('Noor')}/messages", body)
    interaction = client.discord.people.click(cast.person("Noor"), sent["id"], "stop")
    assert (
        await client.ask("POST", f"/interactions/{interaction['id']}/{interaction['token']}/callback", {"type": 6})
        is None
    )
    assert client.discord.recorder.requests[-1].status == 204
    _assert_valid(openapi, client, least=2)


async def test_refusals_are_errors_of_the_document(openapi: OpenApi, client: Client, cast: Cast) -> None:
    discord, channel = client.discord, cast.channel("Orchard", "general")
    theirs = discord.people.say(cast.person("Sam"), channel, "x")["id"]
    there = f"/channels/{channel}/messages"
    await client.ask("POST", there, {"content": "x" * 2001, "components": [STOP] * 6, "nonce": "n" * 26})
    await client.ask("POST", there, {"content": " "})
    await client.ask("POST", there, {"content": "x", "message_reference": {"message_id": "1"}})
    await client.ask("POST", "/channels/1/messages", {"content": "x"})
    await client.ask("PATCH", f"{there}/{theirs}", {"content": "x"})
    await client.ask("PATCH", f"{there}/5", {"content": "x"})
    await client.ask("GET", f"{there}?limit=0")
    await client.ask("GET", "/guilds/1")
    await client.ask("POST", "/interactions/1/t/callback", {"type": 6})
    await client.ask("PATCH", f"/webhooks/{cast.bot}/t/messages/@original", {"content": "x"})
    await client.ask("GET", "/users/@me", headers={"Authorization": "Bot wrong"})
    discord.limits.set(queries.TYPING, Limit(1, 5.0))
    for _ in range(2):
        await client.ask("POST", f"/channels/{channel}/typing")
    for kind in (Kind.LIMIT_USER, Kind.LIMIT_SHARED, Kind.LIMIT_GLOBAL, Kind.MISSING_PERMISSION):
        discord.faults.add(Fault(kind, route="GET /users/@me"))
        await client.ask("GET", "/users/@me")
    codes = [each.response["code"] for each in discord.recorder.requests if each.status >= 400]
    assert codes == [50035, 50006, 50035, 10003, 50005, 10008, 50035, 10004, 10062, 10015, 0, 0, 0, 0, 0, 50013]
    _assert_valid(openapi, client, least=17)


async def test_events_carry_the_messages_of_the_document(openapi: OpenApi, client: Client, cast: Cast) -> None:
    events: list[Event] = []
    client.discord._acts.realm.sinks.append(events.append)
    channel = cast.channel("Orchard", "general")
    sent = await client.ask("POST", f"/channels/{channel}/messages", {"content": "hello", "components": [STOP]})
    client.discord.people.say(cast.person("Mika"), channel, "and?", reply_to=sent["id"], files=[("a.txt", b"a")])
    await client.ask("PATCH", f"/channels/{channel}/messages/{sent['id']}", {"content": "hello!"})
    client.discord.people.click(cast.person("Mika"), sent["id"], "stop")
    assert [event.name for event in events] == [
        "MESSAGE_CREATE",
        "MESSAGE_CREATE",
        "MESSAGE_UPDATE",
        "INTERACTION_CREATE",
    ]
    for event in events:
        message = event.payload["message"] if event.name == "INTERACTION_CREATE" else event.payload
        assert openapi.schema_faults("MessageResponse", message) == []


def test_the_referee_can_say_no(openapi: OpenApi) -> None:
    route = "GET /channels/{channel_id}/messages/{message_id}"
    assert openapi.response_faults(route, 200, {"id": 5})
    assert openapi.response_faults(route, 201, {})
    assert openapi.response_faults(route, 200, None)
    assert openapi.response_faults("POST /channels/{channel_id}/messages/{message_id}/crosspost", 404, {"code": "x"})


def _assert_valid(openapi: OpenApi, client: Client, *, least: int) -> None:
    requests = client.discord.recorder.requests
    assert len(requests) >= least
    assert faults_of(openapi, requests) == []
