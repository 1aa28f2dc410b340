"""The command line does what a person can do at a Discord client, and prints what came of it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from support.obliging_bot import obliging
from support.page import Page

from parley_sandbox.command.arguments import parser
from parley_sandbox.command.client import SandboxClient
from parley_sandbox.command.line import dispatch
from parley_sandbox.command.names import WrongNameError

Printed = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
async def bot(page: Page) -> AsyncIterator[Any]:
    async with obliging(page.sandbox.discord) as bot:
        yield bot


async def run(page: Page, *arguments: str) -> int:
    async with SandboxClient(page.url) as client, asyncio.timeout(20):
        return await dispatch(client, parser().parse_args(arguments))


def last(page: Page, who: str = "Mika") -> Any:
    return page.sandbox.discord.people.messages(page.cast.person(who), page.general)[-1]


async def test_commands_are_listed_and_used(page: Page, capsys: Printed, tmp_path: Path) -> None:
    assert await run(page, "command", "--as", "sam") == 0
    listed = capsys.readouterr().out
    assert "/ask  prompt=  [model=]  [file=]  Ask something" in listed
    assert "/settings" not in listed
    note = tmp_path / "猫.txt"
    note.write_text("meow")
    assert await run(page, "command", "ask", "prompt=why?", "--file", str(note), "--as", "sam") == 0
    assert capsys.readouterr().out == "You asked: why? 猫.txt\n"
    assert await run(page, "command", "質問", "prompt=なぜ?", "--as", "mika") == 0
    assert capsys.readouterr().out == "You asked: なぜ?\n"
    assert await run(page, "command", "ask") == 1
    assert "Invalid Form Body" in capsys.readouterr().err


async def test_menus_are_used(page: Page, capsys: Printed) -> None:
    said = await page.say("Is this so?")
    assert await run(page, "command", "Ask Claude", "--message", said["id"]) == 0
    assert await run(page, "command", "Who is this?", "--user", "Noor") == 0
    assert capsys.readouterr().out == "About: Is this so?\nThis is noor\n"


async def test_a_turn_that_a_command_begins_is_waited_for(page: Page, capsys: Printed) -> None:
    turn: dict[str, Any] = {"trace_id": "t1", "outcome": None, "reason": None, "message_ids": [], "state": "answering"}

    async def answer() -> None:
        with page.sandbox.discord.subscribe() as happenings:
            while (happening := await happenings.get()).kind != "message_update":
                if happening.kind == "interaction":
                    turn["turn_id"] = happening.payload["id"]
                    page.sandbox.turns.take(dict(turn))
        ended = {"state": "ended", "outcome": "answered", "message_ids": [happening.payload["id"]]}
        page.sandbox.turns.take({**turn, **ended})

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(answer())
        asked = tasks.create_task(run(page, "command", "ask", "prompt=why?"))
    assert (asked.result(), capsys.readouterr().out) == (0, "You asked: why?\nt1\n")


async def test_buttons_lists_and_forms_are_used(page: Page, capsys: Printed) -> None:
    assert await run(page, "command", "settings") == 0
    shown = last(page)["id"]
    assert await run(page, "press", shown, "quiet") == 0
    assert await run(page, "press", shown, "Persona") == 0
    told = capsys.readouterr().out
    assert "  persona=  Who am I?" in told
    interaction = told.split("submit ")[1].split()[0]
    assert await run(page, "submit", interaction, "persona=far too long a text") == 1
    assert await run(page, "submit", interaction, "persona=a poet") == 0
    assert await run(page, "select", shown, "Model", "Haiku", "opus") == 0
    assert last(page)["content"] == "I am a poet"
    assert page.sandbox.discord.people.messages(page.cast.person("Mika"), page.general)[0]["content"] == (
        "chosen: haiku, opus"
    )
    with pytest.raises(WrongNameError, match="Persona, Quiet"):
        await run(page, "press", shown, "Loud")
    with pytest.raises(WrongNameError, match="no message 1"):
        await run(page, "press", "1", "Quiet")


async def test_a_bot_that_does_not_answer_is_told(page: Page, capsys: Printed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("parley_sandbox.discord.acts.interactions.ACKNOWLEDGE_WITHIN", 0.1)
    assert await run(page, "command", "sulk") == 1
    assert "did not answer in time" in capsys.readouterr().err


async def test_messages_are_edited_and_deleted(page: Page, capsys: Printed) -> None:
    said = await page.say("first")
    assert await run(page, "edit", said["id"], "second", "--as", "sam") == 0
    assert last(page)["content"] == "second"
    assert await run(page, "edit", said["id"], "third", "--as", "noor") == 1
    assert await run(page, "delete", said["id"], "--as", "sam") == 0
    assert await run(page, "delete", said["id"], "--as", "sam") == 1
    assert "Cannot edit" in capsys.readouterr().err


async def test_threads_are_begun_found_by_their_place_and_archived(page: Page, capsys: Printed) -> None:
    said = await page.say("let us talk")
    assert await run(page, "thread", "Plans", "--message", said["id"]) == 0
    thread = capsys.readouterr().out.strip()
    assert thread == said["id"]
    metadata = page.sandbox.discord.world.channels
    for arguments, archived in (((), True), (("--open",), False)):
        assert await run(page, "archive", "Orchard/general/plans", *arguments) == 0
        assert metadata[thread]["thread_metadata"]["archived"] is archived


def test_a_file_that_is_not_there_is_exit_code_2(capsys: Printed) -> None:
    with pytest.raises(SystemExit) as left:
        parser().parse_args(["say", "look", "--file", "/nowhere/cat.png"])
    assert left.value.code == 2
    assert "there is no file /nowhere/cat.png" in capsys.readouterr().err
