import argparse
import asyncio
from collections.abc import AsyncIterator

import pytest
from support.page import Page
from support.spans import span

from parley_sandbox.command import ask, run
from parley_sandbox.command.arguments import parser
from parley_sandbox.command.client import SandboxClient, UnreachableError
from parley_sandbox.command.names import WrongNameError


@pytest.fixture
async def client(page: Page) -> AsyncIterator[SandboxClient]:
    async with SandboxClient(page.url) as client:
        yield client


async def _answer(page: Page, text: str, outcome: str = "answered", reason: str | None = None) -> None:
    """What the services do: answer the next message and tell of its turn."""
    with page.sandbox.discord.subscribe() as happenings:
        while (happening := await happenings.get()).kind != "message_create":
            pass
    question = happening.payload
    turn = {"turn_id": question["id"], "trace_id": "t1", "message_ids": [], "outcome": None, "reason": reason}
    page.sandbox.turns.take({**turn, "state": "answering"})
    headers = {"Authorization": f"Bot {page.sandbox.discord.token}"}
    async with page.sandbox.discord.serve() as discord:
        url = f"{discord.rest_url}/channels/{question['channel_id']}/messages"
        async with page.http.post(url, json={"content": text}, headers=headers) as response:
            shown = (await response.json())["id"]
    page.sandbox.turns.take({**turn, "state": "ended", "outcome": outcome, "message_ids": [shown]})


async def _say(page: Page, client: SandboxClient, text: str, answer: str, **outcome: str) -> int:
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_answer(page, answer, **outcome))
        said = tasks.create_task(ask.say(client, text, "noor", "Workshop/lab", 20))
    return said.result()


async def test_say_prints_the_reply_and_as_its_last_line_the_trace(
    page: Page, client: SandboxClient, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await _say(page, client, "@parley hello", "Hello <@" + page.cast.person("Noor") + ">\nand more") == 0
    assert capsys.readouterr().out.splitlines() == ["Hello @Noor", "and more", "t1"]
    (question,) = page.sandbox.discord.people.messages(page.cast.person("Noor"), page.cast.channel("Workshop", "lab"))[
        :1
    ]
    assert question["content"] == f"<@{page.cast.bot}> hello"
    assert question["author"]["id"] == page.cast.person("Noor")


async def test_say_fails_with_the_reason_when_the_reply_did(
    page: Page, client: SandboxClient, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await _say(page, client, "@parley hello", "Sorry.", outcome="failed", reason="OVERLOADED") == 1
    printed = capsys.readouterr()
    assert printed.out.splitlines() == ["Sorry.", "t1"]
    assert "the reply failed: OVERLOADED" in printed.err


async def test_say_gives_up_in_time(page: Page, client: SandboxClient, capsys: pytest.CaptureFixture[str]) -> None:
    assert await ask.say(client, "hello", None, None, 0.05) == 1
    assert "no reply was finished within 0.05 s" in capsys.readouterr().err


async def test_say_tells_one_who_addressed_nobody(
    client: SandboxClient, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ask, "_UNHEARD", 0.05)
    assert await ask.say(client, "hello", None, "dm", 20) == 1
    assert "when @parley is mentioned" in capsys.readouterr().err


async def test_a_name_that_is_not_there_is_answered_with_those_that_are(client: SandboxClient) -> None:
    with pytest.raises(WrongNameError, match="Mika, Noor, Sam"):
        await ask.say(client, "hello", "Nobody", None, 1)
    with pytest.raises(WrongNameError, match="workshop/lab"):
        await ask.say(client, "hello", None, "nowhere", 1)
    with pytest.raises(WrongNameError, match="meteor"):
        await ask.faults(client, _parsed("faults", "add", "meteor"))
    with pytest.raises(WrongNameError, match="times=3"):
        await ask.faults(client, _parsed("faults", "add", "stall", "thrice"))


async def test_trace_prints_a_tree(page: Page, client: SandboxClient, capsys: pytest.CaptureFixture[str]) -> None:
    assert await ask.trace(client, "t1") == 1
    page.sandbox.traces.add([span("root"), span("child", parent="root", service="cache")])
    assert await ask.trace(client, "t1") == 0
    printed = capsys.readouterr()
    assert "no span of trace t1" in printed.err
    assert "└─ cache  child" in printed.out


async def test_faults_are_listed_added_and_cleared(
    page: Page, client: SandboxClient, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await ask.faults(client, _parsed("faults", "add", "stall", "times=2", "after=7")) == 0
    assert await ask.faults(client, _parsed("faults", "add", "discord:delay", "seconds=0.5")) == 0
    assert (page.sandbox.claude.faults.list()[0].times, page.sandbox.claude.faults.list()[0].after) == (2, 7)
    assert await ask.faults(client, _parsed("faults")) == 0
    printed = capsys.readouterr().out
    assert "claude-1  stall  times=2" in printed
    assert "claude:overloaded_error" in printed
    assert await ask.faults(client, _parsed("faults", "clear", "claude-1")) == 0
    assert not page.sandbox.claude.faults.list()
    assert await ask.faults(client, _parsed("faults", "clear")) == 0
    assert not page.sandbox.discord.faults.list()
    assert await ask.faults(client, _parsed("faults", "clear", "claude-1")) == 1


async def test_log_prints_a_line_a_request(
    page: Page, client: SandboxClient, capsys: pytest.CaptureFixture[str]
) -> None:
    headers = {"Authorization": f"Bot {page.sandbox.discord.token}"}
    async with page.sandbox.discord.serve() as discord:
        url = f"{discord.rest_url}/channels/{page.general}/messages"
        async with page.http.post(url, json={"content": "x"}, headers=headers) as response:
            assert response.status == 200
    assert await ask.log(client, "Orchard/general", None) == 0
    assert await ask.log(client, "Workshop/lab", None) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert f"POST   /channels/{page.general}/messages" in line
    assert "200" in line


async def test_a_sandbox_that_does_not_run_is_one_sentence() -> None:
    async with SandboxClient("http://127.0.0.1:1") as client:
        with pytest.raises(UnreachableError, match="make run"):
            await client.get("/api/state")


def test_no_sandbox_and_wrong_words_are_exit_code_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PARLEY_SANDBOX_URL", "http://127.0.0.1:1")
    assert run(["log"]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "Traceback" not in error
    with pytest.raises(SystemExit) as left:
        run(["dance"])
    assert left.value.code == 2
    monkeypatch.setenv("PARLEY_SANDBOX_PORT", "many")
    assert run(["up"]) == 2


def _parsed(*arguments: str) -> argparse.Namespace:
    return parser().parse_args(arguments)
