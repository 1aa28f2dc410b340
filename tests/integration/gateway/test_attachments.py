"""Files that members send, over the loopback Discord's own file server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from support.gateways import World

from parley_gateway.attachments import Why
from parley_gateway.discord import downloads
from parley_gateway.discord.downloads import Downloads
from parley_gateway.model import Attachment
from parley_gateway.texts import Key, Texts

PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 200
PDF = b"%PDF-1.4 a paper"
MOST = 1_000
ENDLESS = "[[ttft=0.05 tps=40 tokens=4000]]"


def ask(parley: World, text: str, *files: tuple[str, bytes], person: str = "Sam") -> str:
    where = parley.cast.channel("Orchard", "general")
    said = parley.discord.people.say(parley.cast.person(person), where, f"{parley.bot} {text}", files=files)
    return str(said["id"])


def blocks(parley: World, execution: int = -1, message: int = -1) -> list[Mapping[str, Any]]:
    return list(parley.executions()[execution].messages[message]["content"])


def words(parley: World, execution: int = -1, message: int = -1) -> str:
    return "\n".join(block["text"] for block in blocks(parley, execution, message) if block["type"] == "text")


def all_held(parley: World, *, but: int = 0) -> AbstractAsyncContextManager[None]:
    """Take the room that turns have for files. but: so many bytes are left."""
    return parley.service(0).discord.downloads.room(downloads.HELD - but)  # type: ignore[union-attr]  # it runs


# --- what Claude is given


async def test_pictures_papers_and_texts_reach_claude(parley: World) -> None:
    files = ("photo.png", PNG), ("paper.pdf", PDF), ("main.ts", b"const x = 1")
    await parley.ended(ask(parley, "What is this?", *files))
    assert [block["type"] for block in blocks(parley)] == ["image", "document", "text"]
    assert blocks(parley)[0]["source"]["media_type"] == "image/png"
    assert 'What is this?\n\n<file name="main.ts">\nconst x = 1\n</file>' in words(parley)


async def test_a_long_paste_is_a_part_of_the_question(parley: World) -> None:
    await parley.ended(ask(parley, "", ("message.txt", b"a long paste, " * 400)))
    assert "a long paste, a long paste" in words(parley)
    assert "<file" not in words(parley)


async def test_what_cannot_be_read_is_named_with_its_reason_and_the_rest_is_used(parley: World) -> None:
    text = await parley.ended(ask(parley, "And these?", ("film.mp4", b"x"), ("fake.png", b"x"), ("a.txt", b"words")))
    assert "`film.mp4`" in text
    assert "`fake.png`" in text
    assert "a.txt" not in text
    assert "words" in words(parley)
    assert Why.KIND.value in words(parley)


async def test_who_waits_for_room_for_files_is_told_so_and_answered_when_there_is_some(parley: World) -> None:
    async with all_held(parley, but=len(PNG)):
        first = ask(parley, f"Look {ENDLESS}", ("photo.png", PNG))
        message = await parley.streaming(first)
        second = ask(parley, "And this?", ("a.txt", b"words"), person="Noor")
        await parley.until(lambda: parley.reply(second) == Texts("en").render(Key.BUSY))
        parley.click("Sam", message)
        await parley.ended(first)
        await parley.ended(second)
    assert "words" in words(parley)


async def test_who_waits_for_room_for_too_long_is_told_that_it_was_in_vain(
    parley: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloads, "ROOM_SECONDS", 0.2)
    async with all_held(parley):
        text = await parley.ended(ask(parley, "What is this?", ("photo.png", PNG)))
    assert Texts("en").render(Key.POOL_FULL) in text


async def test_files_of_earlier_messages_are_fetched_again_and_one_that_is_gone_is_named(parley: World) -> None:
    first = ask(parley, "Look", ("photo.png", PNG), ("old.txt", b"old words"))
    await parley.ended(first)
    place = next(key for key, stored in parley.discord.world.files.items() if stored.name == "old.txt")
    del parley.discord.world.files[place]
    await parley.ended(ask(parley, "What did you see?"))
    assert [block["type"] for block in blocks(parley, message=0)] == ["image", "text"]
    assert Why.GONE.value in words(parley, message=0)


async def test_a_message_that_was_deleted_has_no_files_any_more(parley: World) -> None:
    first = ask(parley, "Look", ("photo.png", PNG))
    answer = await parley.ended(first)
    assert answer
    del parley.discord.world.messages[parley.cast.channel("Orchard", "general")][first]
    await parley.ended(ask(parley, "What did you see?"))
    assert all(block["type"] != "image" for message in (0, -1) for block in blocks(parley, message=message))


# --- how files are fetched


@asynccontextmanager
async def server() -> AsyncIterator[str]:
    async def serve(request: web.Request) -> web.StreamResponse:
        match request.match_info["what"]:
            case "small":
                return web.Response(body=b"x" * MOST)
            case "large":
                return web.Response(body=b"x" * (MOST + 1))
            case "packed":
                return web.Response(body=b"x" * 20, headers={"Content-Encoding": "gzip"})
            case "elsewhere":
                raise web.HTTPFound("/small")
            case "broken":
                raise web.HTTPInternalServerError
            case _:
                raise web.HTTPNotFound

    app = web.Application()
    app.router.add_get("/{what}", serve)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def fetched(url: str, own: str | None) -> bytes | Why:
    downloads = Downloads(None, None, own)  # type: ignore[arg-type]  # nothing is asked of Discord itself
    file = Attachment("", "1", "a.txt", "", MOST, url=url)
    try:
        return (await downloads.fetch("1", {file: MOST}))[file]
    finally:
        await downloads.close()


@pytest.mark.parametrize(
    ("what", "came"),
    [
        ("small", b"x" * MOST),
        ("large", Why.LARGE),
        ("packed", b"x" * 20),
        ("elsewhere", Why.UNREACHABLE),
        ("broken", Why.UNREACHABLE),
        ("none", Why.GONE),
    ],
)
async def test_a_file_is_fetched_within_its_bounds(what: str, came: bytes | Why) -> None:
    async with server() as own:
        assert await fetched(f"{own}/{what}", f"{own}/api/v10") == came


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/small",
        "http://cdn.discordapp.com/a",
        "https://cdn.discordapp.com.evil.example/a",
        "https://cdn.discordapp.com:8443/a",
        "https://user@cdn.discordapp.com/a",
        "file:///etc/passwd",
        "https://[::1",
        "http://169.254.169.254/latest",
    ],
)
async def test_no_other_host_is_ever_asked(url: str) -> None:
    async with server() as own:
        assert await fetched(url, f"{own}/api/v10") is Why.UNREACHABLE
