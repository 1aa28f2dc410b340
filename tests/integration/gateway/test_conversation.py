"""What a member notices of a turn when everything is well."""

from __future__ import annotations

import asyncio

import pytest
from support.gateways import World, world
from support.reading import as_shown
from support.replies import spoken

from parley_sandbox.discord import Permission, Recorded, queries

ASKED = [
    ("Sam", "Orchard", "general"),
    ("Noor", "Orchard", "general"),
    ("Sam", "Orchard", "help"),
    ("Mika", "Workshop", "lab"),
]
"""Who asks the same where, one after the other."""
STREAM = "[[ttft=0.05 tps=60 tokens=90]]"
ENDLESS = "[[ttft=0.05 tps=40 tokens=4000]]"


async def test_a_mention_is_answered_in_a_reply_that_streams_in(parley: World) -> None:
    question = parley.ask(f"Hello there {STREAM}")
    text = await parley.ended(question)
    assert text.split() == as_shown(parley.executions()[0].text).split()
    assert len(queries.texts(parley.discord.recorder.requests, parley.replies(question)[0])) >= 2


async def test_the_bot_types_before_it_says_anything_and_no_more_after(parley: World) -> None:
    await parley.ended(parley.ask("Hello"))
    routes = [request.route for request in parley.discord.recorder.requests]
    assert routes.index(queries.TYPING) < routes.index(queries.CREATE)
    assert routes.count(queries.TYPING) == 1


async def test_a_conversation_goes_on_by_recency_and_by_reply(parley: World) -> None:
    first = parley.ask("My name is Ada.")
    await parley.ended(first)
    await parley.ended(parley.ask("What is my name?"))
    await parley.ended(parley.ask("And again?", reply_to=parley.replies(first)[0]))
    assert [len(record.messages) for record in parley.executions()] == [1, 3, 5]


async def test_a_question_in_the_moment_that_an_answer_stands_goes_on_with_it(parley: World) -> None:
    first = parley.ask("My name is Ada.")
    while not parley.replies(first) or parley.button(parley.replies(first)[0]):  # noqa: ASYNC110 — the very moment counts
        await asyncio.sleep(0)
    assert parley.working == 1, "the cache has not been told yet"
    await parley.ended(parley.ask("What is my name?"))
    assert [len(record.messages) for record in parley.executions()] == [1, 3]


async def test_somebody_else_who_replies_joins_the_conversation_by_name(parley: World) -> None:
    first = parley.ask("I have a cat.", person="Sam")
    await parley.ended(first)
    await parley.ended(parley.ask("And I a dog.", person="Noor", reply_to=parley.replies(first)[0]))
    said = str(parley.executions()[1].messages)
    assert "Noor: And I a dog." in said
    assert "Sam:" not in said, "who began it is not named"


async def test_a_direct_message_needs_no_mention(parley: World) -> None:
    channel = parley.cast.direct("Sam")
    question = str(parley.discord.people.say(parley.cast.person("Sam"), channel, "Hello")["id"])
    assert await parley.ended(question)


async def test_many_members_with_one_question_get_one_answer_of_the_same_bytes(parley: World) -> None:
    questions = [parley.ask(f"What is a log? {STREAM}", person=person) for person in ("Sam", "Noor", "Mika")]
    texts = [spoken(await parley.ended(question)) for question in questions]
    assert len(parley.executions()) == 1
    assert len(set(texts)) == 1
    assert texts[0].split() == as_shown(parley.executions()[0].text).split()


@pytest.mark.parametrize(("shared", "asked"), [("nobody", 4), ("channel", 3), ("guild", 2), ("everywhere", 1)])
async def test_an_answer_is_shared_as_far_as_the_operator_allows(shared: str, asked: int) -> None:
    async with world() as parley:
        await parley.start_monitor()
        await parley.start_cache()
        await parley.start_executor()
        await parley.start_gateway(shared_answers=shared)
        await parley.settled()
        for person, guild, channel in ASKED:
            where, text = parley.cast.channel(guild, channel), f"{parley.bot} What is a log?"
            await parley.ended(str(parley.discord.people.say(parley.cast.person(person), where, text)["id"]))
        assert len(parley.executions()) == asked


async def test_a_second_message_waits_says_its_place_and_is_answered_in_the_same_message(parley: World) -> None:
    first = parley.ask(f"One {STREAM}")
    await parley.streaming(first)
    second = parley.ask("Two")
    await parley.until(lambda: "next" in parley.reply(second))
    await parley.ended(first)
    text = await parley.ended(second)
    assert text.split() == as_shown(parley.executions()[1].text).split()
    assert len(parley.replies(second)) == 1, "the notice became the answer"
    assert parley.claude.peak == 1


async def test_stop_keeps_the_text_says_so_and_ends_claude(parley: World) -> None:
    question = parley.ask(ENDLESS)
    message = await parley.streaming(question, 40)
    parley.click("Sam", message)
    await parley.claude.streams_open(0)
    text = await parley.ended(question)
    assert text.startswith(as_shown(parley.executions()[0].text)[:30])
    assert "Stopped" in text


async def test_stop_on_a_waiting_message_takes_it_out_of_the_line(parley: World) -> None:
    first = parley.ask(f"One {ENDLESS}")
    await parley.streaming(first)
    second = parley.ask("Two")
    await parley.until(lambda: bool(parley.reply(second)))
    parley.click("Sam", parley.replies(second)[0])
    await parley.until(lambda: "Stopped" in parley.reply(second))
    parley.click("Sam", parley.replies(first)[0])
    await parley.ended(first)
    assert len(parley.executions()) == 1


async def test_only_who_asked_or_may_manage_messages_can_stop(parley: World) -> None:
    parley.discord.world.add_role(
        parley.cast.guild("Orchard"), "Moderators", Permission.MANAGE_MESSAGES, parley.cast.person("Mika")
    )
    question = parley.ask(ENDLESS, person="Sam")
    message = await parley.streaming(question)
    parley.click("Noor", message)
    callback = await _callback(parley)
    assert callback.body["type"] == 4
    assert callback.body["data"]["flags"] & 64, "only the presser sees it"
    assert parley.working == 1
    parley.click("Mika", message)
    await parley.ended(question)
    assert "Stopped" in parley.reply(question)


async def test_a_click_is_acknowledged_before_anything_else(parley: World) -> None:
    question = parley.ask(ENDLESS)
    message = await parley.streaming(question)
    parley.click("Sam", message)
    assert (await _callback(parley)).body["type"] == 6
    await parley.ended(question)
    assert max(queries.acknowledgements(parley.discord.recorder.requests)) < 1.0


async def test_who_reads_along_keeps_reading_when_the_first_one_stops(parley: World) -> None:
    text = "Same question [[ttft=0.05 tps=60 tokens=150]]"
    first = parley.ask(text, person="Sam")
    message = await parley.streaming(first)
    second = parley.ask(text, person="Noor")
    await parley.streaming(second)
    parley.click("Sam", message)
    assert "Stopped" in await _shown(parley, first, "Stopped")
    whole = spoken(await parley.ended(second))
    assert whole.split() == as_shown(parley.executions()[0].text).split()
    assert len(parley.executions()) == 1


async def test_claude_stops_when_the_last_reader_has_left(parley: World) -> None:
    text = f"Same question {ENDLESS}"
    first, second = parley.ask(text, person="Sam"), None
    message = await parley.streaming(first)
    second = parley.ask(text, person="Noor")
    other = await parley.streaming(second)
    parley.click("Sam", message)
    await _shown(parley, first, "Stopped")
    assert parley.claude.live == 1
    parley.click("Noor", other)
    await parley.claude.streams_open(0)
    await parley.ended(second)


async def test_what_is_not_addressed_is_not_answered(parley: World) -> None:
    parley.discord.people.say(parley.cast.person("Sam"), parley.cast.channel("Orchard", "general"), "Just talking.")
    await parley.ended(parley.ask("This is."))
    assert len(parley.executions()) == 1


async def test_every_message_is_made_once_whatever_discord_repeats(parley: World) -> None:
    await parley.ended(parley.ask("Hello"))
    for request in queries.of(parley.discord.recorder.requests, queries.CREATE):
        assert request.body["enforce_nonce"]
        assert request.body["allowed_mentions"]["parse"] == []
        assert request.body["flags"] == 4, "links show no previews"


async def test_nothing_is_left_when_a_turn_is_over(parley: World) -> None:
    before = {task.get_name() for task in asyncio.all_tasks()}
    await parley.ended(parley.ask("Hello"))
    await parley.until(lambda: not _turn_tasks() - before)
    gateway = parley.gateways[0].bound.service
    assert gateway.admissions.capacity.in_use == 0  # type: ignore[attr-defined]  # the gateway's own
    assert gateway.discord.calls.running == 0  # type: ignore[attr-defined]  # the gateway's own


def _turn_tasks() -> set[str]:
    names = {task.get_name() for task in asyncio.all_tasks()}
    return {name for name in names if name.split()[0] in ("turn", "hold", "reply", "listen", "claim", "produce")}


async def _callback(parley: World) -> Recorded:
    await parley.until(lambda: bool(queries.of(parley.discord.recorder.requests, queries.CALLBACK)))
    return queries.of(parley.discord.recorder.requests, queries.CALLBACK)[0]


async def _shown(parley: World, question: str, words: str) -> str:
    await parley.until(lambda: words in parley.reply(question))
    return parley.reply(question)
