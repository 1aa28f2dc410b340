import aiohttp
from support.loopback import Cast
from support.page import Page, playground
from support.spans import span


async def test_what_is_said_arrives_as_it_happens(page: Page) -> None:
    async with page.events("Noor") as events:
        said = await page.say("hello")
        assert await events.next("message_create") == said
        await page.call(
            "PATCH", f"/api/messages/{said['id']}", json={"person": page.cast.person("Sam"), "content": "hi"}
        )
        assert (await events.next("message_update"))["html"] == "<p>hi</p>\n"
        await page.call("DELETE", f"/api/messages/{said['id']}", params={"person": page.cast.person("Sam")})
        assert await events.next("message_delete") == {"id": said["id"], "channel_id": page.general}


async def test_a_page_that_lost_its_connection_misses_nothing(page: Page) -> None:
    async with page.events() as events:
        first = await page.say("one")
        assert (await events.next("message_create"))["id"] == first["id"]
        place = events.last_id
    second = await page.say("two")
    third = await page.say("three")
    async with page.events(**{"Last-Event-ID": place}) as events:
        assert (await events.next("message_create"))["id"] == second["id"]
        assert (await events.next("message_create"))["id"] == third["id"]


async def test_the_state_says_where_to_listen_from(page: Page) -> None:
    place = (await page.get("/api/state"))["place"]
    said = await page.say("between the state and the stream")
    async with page.events(**{"Last-Event-ID": place}) as events:
        assert (await events.next("message_create"))["id"] == said["id"]


async def test_a_page_of_an_earlier_run_is_told_to_begin_anew(page: Page) -> None:
    async with page.events(**{"Last-Event-ID": "another-5"}) as events:
        assert await events.next("reset") == {}
        said = await page.say("after")
        assert (await events.next("message_create"))["id"] == said["id"]


async def test_a_direct_message_is_seen_by_its_two_alone(page: Page) -> None:
    async with page.events("Sam") as mine, page.events("Noor") as others:
        secret = await page.say("psst", channel=page.cast.direct("Sam"))
        open_word = await page.say("hello all")
        assert (await mine.next("message_create"))["id"] == secret["id"]
        assert (await others.next("message_create"))["id"] == open_word["id"]


async def test_typing_turns_capacity_spans_and_faults_are_told(page: Page) -> None:
    async with page.events("Noor") as events:
        await page.call("POST", f"/api/channels/{page.general}/typing", json={"person": page.cast.person("Sam")})
        assert (await events.next("typing"))["user_id"] == page.cast.person("Sam")
        page.sandbox.turns.take({"turn_id": "1", "state": "ended", "message_ids": []})
        assert (await events.next("turn"))["state"] == "ended"
        page.sandbox.capacity.take({"tier": "busy"})
        assert (await events.next("capacity"))["tier"] == "busy"
        page.sandbox.traces.add([span("root")])
        assert (await events.next("trace"))["trace_id"] == "t1"
        await page.call("DELETE", "/api/faults")
        assert await events.next("faults") == {}


async def test_the_stream_ends_with_the_sandbox_and_does_not_hold_it_up() -> None:
    async with aiohttp.ClientSession() as http:
        async with playground() as (sandbox, url):
            query = {"person": Cast(sandbox.discord).person("Sam")}
            response = await http.get(f"{url}/api/events", params=query)
        rest = await response.content.read()
        assert rest == b"retry: 1000\n\n"
