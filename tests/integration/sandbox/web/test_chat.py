import pytest
from support.page import Page


async def test_the_state_names_everything_that_is_there_before_anybody_speaks(page: Page) -> None:
    state = await page.get("/api/state")
    assert [guild["name"] for guild in state["guilds"]] == ["Orchard", "Workshop"]
    assert [channel["name"] for channel in state["guilds"][0]["channels"]] == ["general", "help"]
    assert [(each["name"], each["locale"], each["manages"]) for each in state["persons"]] == [
        ("Mika", "ja", ["Orchard"]),
        ("Noor", "en-GB", []),
        ("Sam", "en-US", []),
    ]
    assert state["person"] == page.cast.person("Mika")
    assert state["bot"]["name"] == "Parley"
    assert state["sources"] == {"discord": "loopback", "claude": "loopback"}
    assert state["capacity"] is None


async def test_everybody_has_a_direct_channel_of_their_own(page: Page) -> None:
    states = [await page.get("/api/state", person=page.cast.person(name)) for name in ("Mika", "Noor", "Sam")]
    assert len({state["direct"] for state in states}) == 3


async def test_a_message_is_written_read_edited_and_deleted(page: Page) -> None:
    said = await page.say("@parley **hello**")
    assert "<strong>hello</strong>" in said["html"]
    assert said["draft"] == "@Parley **hello**"
    assert said["mentions"] == [page.cast.bot]
    sam = page.cast.person("Sam")
    body = {"person": sam, "content": "@Parley bye"}
    edited = await page.call("PATCH", f"/api/messages/{said['id']}", json=body)
    assert edited["edited_at"] is not None
    (read,) = (await page.get(f"/api/channels/{page.general}/messages", person=sam))["messages"]
    assert read == edited
    await page.call("DELETE", f"/api/messages/{said['id']}", params={"person": sam})
    assert (await page.get(f"/api/channels/{page.general}/messages", person=sam))["messages"] == []


async def test_a_reply_shows_what_it_answers(page: Page) -> None:
    first = await page.say("which one?")
    second = await page.say("this one", who="Noor", reply_to=first["id"])
    assert second["reply_to"]["id"] == first["id"]
    assert second["reply_to"]["excerpt"] == "which one?"


async def test_a_button_that_is_pressed_reaches_the_bot(page: Page) -> None:
    row = {"type": 1, "components": [{"type": 2, "style": 2, "label": "Go", "custom_id": "go"}]}
    headers = {"Authorization": f"Bot {page.sandbox.discord.token}"}
    async with page.sandbox.discord.serve() as discord:
        url = f"{discord.rest_url}/channels/{page.general}/messages"
        async with page.http.post(url, json={"content": "press", "components": [row]}, headers=headers) as response:
            message = (await response.json())["id"]
    body = {"person": page.cast.person("Sam"), "custom_id": "go"}
    with page.sandbox.discord.subscribe() as happenings:
        await page.call("POST", f"/api/messages/{message}/click", 202, json=body)
        assert (await happenings.get()).kind == "interaction"
    await page.call("POST", f"/api/messages/{message}/click", 400, json={**body, "custom_id": "other"})


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"content": "x"}, "person"),
        ({"person": "1", "content": "x", "colour": "red"}, "colour"),
        ({"person": "1", "content": "x"}, "Unknown User"),
    ],
)
async def test_a_message_that_cannot_be_written_says_why(page: Page, body: dict[str, str], sentence: str) -> None:
    status = 404 if sentence == "Unknown User" else 400
    refused = await page.call("POST", f"/api/channels/{page.general}/messages", status, json=body)
    assert sentence in refused["error"]


async def test_an_empty_message_a_strange_channel_and_a_lost_message_are_refused(page: Page) -> None:
    sam = page.cast.person("Sam")
    empty = {"person": sam, "content": " "}
    assert "empty" in (await page.call("POST", f"/api/channels/{page.general}/messages", 400, json=empty))["error"]
    assert "Channel" in (await page.get("/api/channels/1/messages", 404, person=sam))["error"]
    await page.call("PATCH", "/api/messages/1", 404, json={"person": sam, "content": "x"})
    await page.call("POST", f"/api/channels/{page.general}/messages", 400, data="not json")


async def test_nobody_edits_what_another_wrote(page: Page) -> None:
    said = await page.say("mine")
    body = {"person": page.cast.person("Noor"), "content": "yours"}
    await page.call("PATCH", f"/api/messages/{said['id']}", 403, json=body)
