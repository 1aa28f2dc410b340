"""The page's interface: commands, completions, lists, forms, threads and files, with a real bot behind it."""

import io
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import hikari
import orjson
import pytest
from support.obliging_bot import obliging
from support.page import Page

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(autouse=True)
async def bot(page: Page) -> AsyncIterator[Any]:
    async with obliging(page.sandbox.discord) as bot:
        yield bot


def form(body: dict[str, Any], *files: tuple[str, bytes, str]) -> aiohttp.FormData:
    data = aiohttp.FormData(quote_fields=False)  # as browsers do
    data.add_field("payload", orjson.dumps(body).decode(), content_type="application/json")
    for name, content, kind in files:
        data.add_field("file", io.BytesIO(content), filename=name, content_type=kind)
    return data


async def use(page: Page, command: str, who: str = "Sam", **more: Any) -> str:
    body = {"person": page.cast.person(who), "command": command, **more}
    begun = await page.call("POST", f"/api/channels/{page.general}/commands", 202, json=body)
    return str(begun["interaction"])


async def seen(page: Page, who: str = "Sam") -> list[Any]:
    return list((await page.get(f"/api/channels/{page.general}/messages", person=page.cast.person(who)))["messages"])


async def settings(page: Page, events: Any) -> Any:
    await use(page, "settings", "Mika")
    return await events.next("message_create")


async def test_everybody_is_offered_their_commands_in_their_language(page: Page) -> None:
    offered = {
        who: await page.get("/api/commands", person=page.cast.person(who), channel=page.general)
        for who in ("Mika", "Sam")
    }
    assert [each["name"] for each in offered["Mika"]] == ["質問", "settings", "sulk", "Ask Claude", "Who is this?"]
    assert [each["key"] for each in offered["Sam"]] == ["ask", "sulk", "Ask Claude", "Who is this?"]
    ask = offered["Sam"][0]
    assert [(each["name"], each["type"], each["required"], each["autocomplete"]) for each in ask["options"]] == [
        ("prompt", 3, True, False),
        ("model", 3, False, True),
        ("file", 11, False, False),
    ]
    assert (ask["options"][0]["max"], [each["type"] for each in offered["Sam"]]) == (100, [1, 1, 3, 2])


async def test_a_command_shows_that_the_bot_thinks_and_then_what_it_says(page: Page) -> None:
    async with page.events() as events:
        interaction = await use(page, "ask", options={"prompt": "why?"})
        assert (await events.next("interaction"))["state"] == "created"
        thinking = await events.next("message_create")
        assert (thinking["thinking"], thinking["interaction"]) == (True, interaction)
        assert (await events.next("interaction"))["state"] == "answered"
        said = await events.next("message_update")
    assert (said["thinking"], said["draft"], said["edited_at"]) == (False, "You asked: why?", None)
    assert said["command"] == {"name": "ask", "user": "Sam"}


async def test_a_file_goes_with_a_command(page: Page) -> None:
    body = {"person": page.cast.person("Sam"), "command": "ask", "options": {"prompt": "this?", "file": 0}}
    async with page.events() as events:
        data = form(body, ("cat.png", PNG, "image/png"))
        await page.call("POST", f"/api/channels/{page.general}/commands", 202, data=data)
        assert (await events.next("message_update"))["draft"] == "You asked: this? cat.png"


async def test_menus_are_about_a_message_or_a_person(page: Page) -> None:
    said = await page.say("Is this so?", "Noor")
    async with page.events() as events:
        await use(page, "Ask Claude", target_message=said["id"])
        assert (await events.next("message_create"))["draft"] == "About: Is this so?"
        await use(page, "Who is this?", target_user=page.cast.person("Noor"))
        assert (await events.next("message_create"))["draft"] == "This is noor"


async def test_what_the_client_would_not_send_is_refused_in_words(page: Page) -> None:
    sam, there = page.cast.person("Sam"), f"/api/channels/{page.general}/commands"
    for body in ({"command": "settings"}, {"command": "ask"}, {"command": "ask", "options": {"prompt": "x" * 101}}):
        assert (await page.call("POST", there, 400, json={"person": sam, **body}))["error"]
    direct = page.cast.direct("Sam")
    offered = await page.get("/api/commands", person=sam, channel=direct)
    assert "settings" in {each["key"] for each in offered}, "rights of a server mean nothing in a direct message"


async def test_an_option_is_completed_while_it_is_typed(page: Page) -> None:
    body = {"person": page.cast.person("Sam"), "command": "ask", "option": "model", "value": "s"}
    told = await page.call("POST", f"/api/channels/{page.general}/complete", json=body)
    assert told == {"choices": [{"name": "Sonnet", "value": "sonnet"}]}
    await page.call("POST", f"/api/channels/{page.general}/complete", 400, json={**body, "option": "prompt"})


async def test_a_command_that_nobody_answers_has_failed(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("parley_sandbox.discord.acts.interactions.ACKNOWLEDGE_WITHIN", 0.1)
    async with page.events() as events:
        interaction = await use(page, "sulk")
        assert (await events.next("interaction"))["state"] == "created"
        failed = await events.next("interaction")
    assert (failed["id"], failed["state"], failed["name"]) == (interaction, "failed", "sulk")


async def test_lists_show_what_can_be_chosen_and_the_choice_arrives(page: Page) -> None:
    async with page.events("Mika") as events:
        shown = await settings(page, events)
        assert shown["ephemeral"]
        models, where, who = (row[0] for row in shown["rows"][:3])
        assert next((each["label"], each["value"]) for each in models["options"]) == ("Haiku", "haiku")
        assert (models["type"], models["placeholder"], models["min"], models["max"]) == (3, "Model", 0, 2)
        assert (where["type"], where["channel_types"], who["type"]) == (8, [0], 5)
        path, mika = f"/api/messages/{shown['id']}/select", page.cast.person("Mika")
        lab = page.cast.channel("Workshop", "lab")
        for refused in (["gpt"], ["haiku", "opus", "sonnet"], ["haiku", "haiku"]):
            await page.call("POST", path, 400, json={"person": mika, "custom_id": "model", "values": refused})
        await page.call("POST", path, 400, json={"person": mika, "custom_id": "where", "values": [lab]})
        await page.call("POST", path, 202, json={"person": mika, "custom_id": "model", "values": ["haiku", "opus"]})
        assert (await events.next("message_update"))["draft"] == "chosen: haiku, opus"
        await page.call("POST", path, 202, json={"person": mika, "custom_id": "where", "values": [page.general]})
        assert (await events.next("message_update"))["draft"] == f"chosen: {page.general}"
    assert await seen(page, "Sam") == []


async def test_a_form_opens_and_is_sent(page: Page) -> None:
    async with page.events("Mika") as events:
        shown = await settings(page, events)
        mika = page.cast.person("Mika")
        pressed = await page.call(
            "POST", f"/api/messages/{shown['id']}/click", 202, json={"person": mika, "custom_id": "persona"}
        )
        opened = await events.next("modal")
        assert (opened["title"], opened["interaction"]) == ("Persona", pressed["interaction"])
        (field,) = opened["fields"]
        assert (field["label"], field["style"], field["required"], field["max"]) == ("Who am I?", 1, True, 10)
        body = {"person": mika, "interaction": opened["interaction"]}
        await page.call("POST", "/api/modals", 400, json={**body, "values": {"persona": "far too long"}})
        noor = {**body, "person": page.cast.person("Noor"), "values": {"persona": "a poet"}}
        await page.call("POST", "/api/modals", 404, json=noor)
        await page.call("POST", "/api/modals", 202, json={**body, "values": {"persona": "a poet"}})
        assert (await events.next("message_create"))["draft"] == "I am a poet"
        await page.call("POST", "/api/modals", 404, json={**body, "values": {"persona": "a poet"}})


async def test_files_are_sent_shown_and_fetched_from_the_page_itself(page: Page) -> None:
    body = {"person": page.cast.person("Sam"), "content": "look"}
    there = f"/api/channels/{page.general}/messages"
    html = b"<script>alert(1)</script>"
    data = form(body, ("猫.png", PNG, "image/png"), ("evil.html", html, "text/html"))
    said = await page.call("POST", there, 201, data=data)
    picture, evil = said["files"]
    assert (picture["filename"], picture["size"]) == ("猫.png", 8)
    assert picture["url"].startswith("/api/files/")
    async with page.http.get(picture["url"]) as got:
        assert (await got.read(), got.content_type) == (PNG, "image/png")
    async with page.http.get(evil["url"]) as got:
        assert "sandbox" in got.headers["Content-Security-Policy"]
    await page.call("POST", there, 413, data=form(body, ("big.bin", bytes((10 << 20) + 1), "application/x-bin")))
    await page.call("POST", there, 413, data=form(body, *[("a.txt", b"a", "text/plain")] * 11))


async def test_a_thread_is_begun_written_in_archived_and_opened(page: Page) -> None:
    said, sam = await page.say("let us talk"), page.cast.person("Sam")
    begin = f"/api/channels/{page.general}/threads"
    async with page.events() as events:
        thread = await page.call("POST", begin, 201, json={"person": sam, "name": "Talk", "message_id": said["id"]})
        assert (await events.next("thread_create"))["id"] == thread["id"]
    await page.say("in here", channel=thread["id"])
    change = f"/api/channels/{thread['id']}"
    noor = page.cast.person("Noor")
    await page.call("PATCH", change, 403, json={"person": noor, "archived": True})
    assert (await page.call("PATCH", change, json={"person": sam, "archived": True}))["archived"]
    assert not (await page.call("PATCH", change, json={"person": noor, "archived": False}))["archived"]
    await page.call("PATCH", change, json={"person": sam, "archived": True})
    state = await page.get("/api/state", person=sam)
    (shown,) = state["guilds"][0]["channels"][0]["threads"]
    assert (shown["name"], shown["archived"], shown["parent_id"]) == ("Talk", True, page.general)
    assert (await seen(page))[0]["thread"]["id"] == thread["id"]
    await page.call("POST", begin, 400, json={"person": sam, "name": "Again", "message_id": said["id"]})
    await page.say("and again", channel=thread["id"])
    state = await page.get("/api/state", person=sam)
    assert not state["guilds"][0]["channels"][0]["threads"][0]["archived"]


async def test_the_bots_presence_is_told(page: Page, bot: Any) -> None:
    async with page.events() as events:
        activity = hikari.Activity(name="Custom", state="at your service", type=hikari.ActivityType.CUSTOM)
        await bot.update_presence(status=hikari.Status.IDLE, activity=activity)
        assert await events.next("presence") == {"status": "idle", "text": "at your service"}
    assert (await page.get("/api/state"))["bot"]["presence"] == {"status": "idle", "text": "at your service"}
