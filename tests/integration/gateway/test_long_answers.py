"""What a member sees of answers that are long, slow or hold tables."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import pytest
from support.gateways import World, world

from parley_sandbox.discord import GatewaySettings as SandboxGateway
from parley_sandbox.discord import Permission, queries

LONG = "[[ttft=0.05 tps=4000 tokens=2500]]"
SLOW = "[[ttft=0.3 tps=60 tokens=60]]"


async def system(**gateway: Any) -> AsyncIterator[World]:
    async with world() as parley:
        await parley.start_monitor()
        await parley.start_cache()
        await parley.start_executor()
        await parley.start_gateway(edit_interval=0.2, **gateway)
        await parley.settled()
        yield parley


@pytest.fixture
async def parley() -> AsyncIterator[World]:
    async for each in system():
        yield each


@pytest.fixture
async def eager() -> AsyncIterator[World]:
    """It notifies after a tenth of a second."""
    async for each in system(notify_after=0.1):
        yield each


def answers(parley: World, question: str) -> Sequence[Mapping[str, Any]]:
    """Return the bot's messages in the channel of a question, as they stand."""
    for messages in parley.discord.world.messages.values():
        if question in messages:
            return [one for one in messages.values() if one["author"]["id"] == str(parley.cast.bot)]
    raise LookupError(question)


def bots(parley: World) -> Sequence[str]:
    """Return the ids of all that the bot has written and that stands."""
    places = parley.discord.world.messages.values()
    return [one["id"] for place in places for one in place.values() if one["author"]["id"] == str(parley.cast.bot)]


async def test_a_very_long_answer_ends_as_a_file_with_all_of_its_text(parley: World) -> None:
    question = parley.ask(f"Tell it all. {LONG}")
    await parley.ended(question, within=30)
    shown = answers(parley, question)
    assert len(shown) == 5
    assert [len(one["attachments"]) for one in shown] == [0, 0, 0, 0, 1]
    file = shown[4]["attachments"][0]
    assert file["filename"] == "answer.md"
    kept = next(one for key, one in parley.discord.world.files.items() if key.endswith(f"/{file['id']}"))
    assert kept.content.decode() == parley.executions()[0].text
    assert [bool(one["components"]) for one in shown] == [False] * 4 + [True], "what can be done stands under the last"
    assert "v1:stop:" not in str(shown)


async def test_a_slow_answer_ends_with_a_message_that_notifies_who_asked_and_nobody_else(eager: World) -> None:
    question = eager.ask(f"Take your time. {SLOW}")
    await eager.ended(question)
    answer, notification = answers(eager, question)
    asker = eager.cast.person("Sam")
    assert f"<@{asker}>" in notification["content"]
    assert notification["content"].endswith(f"/{answer['id']}")
    assert [user["id"] for user in notification["mentions"]] == [str(asker)]
    assert not answer["mentions"]


async def test_a_question_that_is_deleted_takes_its_notifications_along(eager: World) -> None:
    question = eager.ask(f"Take your time. {SLOW}")
    await eager.ended(question)
    answer, _ = answers(eager, question)
    eager.click("Sam", answer["id"], "regenerate")
    await eager.until(lambda: len(answers(eager, question)) == 3)
    await eager.until(lambda: not eager.working)
    eager.discord.people.delete(eager.cast.person("Sam"), question)
    await eager.until(lambda: not bots(eager))


async def test_a_notification_that_is_deleted_leaves_the_answer_and_one_that_is_replied_to_goes_on(
    eager: World,
) -> None:
    question = eager.ask(f"Take your time. {SLOW}")
    await eager.ended(question)
    answer, notification = answers(eager, question)
    further = eager.ask("And then?", person="Noor", reply_to=notification["id"])
    await eager.ended(further)
    assert len(eager.executions()[-1].messages) == 3, "it is the same conversation"
    eager.discord.world.add_role(
        eager.cast.guild("Orchard"), "Moderators", Permission.MANAGE_MESSAGES, eager.cast.person("Mika")
    )
    eager.discord.people.delete(eager.cast.person("Mika"), notification["id"])
    await eager.ended(eager.ask("And now?", person="Noor", reply_to=answer["id"]))
    assert len(eager.executions()[-1].messages) == 5
    assert answer["id"] in [one["id"] for one in answers(eager, question)]


async def test_a_quick_answer_notifies_nobody(parley: World) -> None:
    question = parley.ask("Be quick.")
    await parley.ended(question)
    assert len(answers(parley, question)) == 1


async def test_an_answer_that_was_stopped_notifies_nobody(eager: World) -> None:
    question = eager.ask("Go on for ever. [[ttft=0.05 tps=40 tokens=4000]]")
    message = await eager.streaming(question)
    eager.click("Sam", message)
    await eager.ended(question)
    assert len(answers(eager, question)) == 1
    assert not queries.final_texts(eager.discord.recorder.requests)[message].startswith("<@")


async def test_a_sibling_finishes_the_file_and_notifies_once() -> None:
    async with world(gateway=SandboxGateway(identify_window=0)) as parley:
        await parley.start_monitor()
        await parley.start_cache(lease=2, settle=0, sweep=0.05)
        await parley.start_executor()
        for _ in range(2):
            await parley.start_gateway(grace=0, edit_interval=0.2, notify_after=0.1)
        await parley.settled()
        question = parley.ask("Tell it all. [[ttft=0.05 tps=700 tokens=2500]]")
        await parley.until(lambda: parley.working == 1 and len(answers(parley, question)) == 5)
        holder = next(number for number in range(2) if parley.service(number).live)
        await parley.gateway_stacks[holder].aclose()
        await parley.ended(question, within=30)
        *pages, file, notification = answers(parley, question)
        assert len(pages) == 4
        assert [attached["filename"] for attached in file["attachments"]] == ["answer.md"]
        assert notification["content"].endswith(f"/{pages[0]['id']}")


async def test_nothing_that_is_written_mentions_anybody_else_or_shows_previews(eager: World) -> None:
    question = eager.ask(f"Name @everyone and https://example.org. {LONG}")
    await eager.ended(question, within=30)
    asker = str(eager.cast.person("Sam"))
    written = [one for one in eager.discord.recorder.requests if one.route in (queries.CREATE, queries.EDIT)]
    assert any("attachments" in one.body and one.body["attachments"] for one in written), "the file"
    for request in written:
        allowed = request.body["allowed_mentions"]
        assert allowed["parse"] == []
        assert not allowed.get("roles")
        assert allowed.get("users", []) in ([], [asker])
        assert request.route == queries.EDIT or request.body["flags"] & 4
    assert [one.body["allowed_mentions"].get("users") for one in written].count([asker]) == 1
