"""What a member of a Discord server notices."""

from __future__ import annotations

import asyncio

from support.reading import as_shown
from support.replies import spoken
from support.system import System

from parley_sandbox.discord import queries

STREAMING = "[[ttft=0.1 tps=60 tokens=400]]"


async def test_a_conversation_goes_on_over_three_turns(parley: System) -> None:
    first = await parley.reply(parley.ask("Hello, my name is Ada."))
    second = await parley.reply(parley.ask("What is my name?"))
    shown = first.turn["message_ids"][0]
    third = await parley.reply(parley.ask("And once more: what is my name?", reply_to=shown))
    assert [reply.outcome for reply in (first, second, third)] == ["answered"] * 3
    assert "Ada" in second.text
    assert "Ada" in third.text
    assert [len(record.messages) for record in parley.executions()] == [1, 3, 5]


async def test_the_answer_streams_in_and_ends_whole(parley: System) -> None:
    question = parley.ask(f"Tell me a story. {STREAMING}")
    reply = await parley.reply(question)
    texts = queries.texts(parley.stack.discord.recorder.requests, reply.turn["message_ids"][0])
    assert len(texts) > 2, "it grew in steps"
    said = parley.executions()[0].text
    assert reply.text.split() == as_shown(said).split(), "what stands is what Claude said"


async def test_the_bot_is_seen_typing_before_it_answers(parley: System) -> None:
    await parley.reply(parley.ask("Hello"))
    routes = [request.route for request in parley.stack.discord.recorder.requests]
    assert routes.index(queries.TYPING) < routes.index(queries.CREATE)


async def test_no_create_is_without_a_nonce_and_none_mentions_anybody(parley: System) -> None:
    await parley.reply(parley.ask(f"Say @everyone, then a long story. {STREAMING}"))
    for request in queries.of(parley.stack.discord.recorder.requests, queries.CREATE):
        assert request.body["enforce_nonce"] is True
        assert len(str(request.body["nonce"])) <= 25
        assert request.body["allowed_mentions"]["parse"] == []


async def test_stop_keeps_what_is_there_and_ends_claude(parley: System) -> None:
    question = parley.ask("Write a long essay. [[ttft=0.1 tps=30 tokens=2000]]")
    message = await parley.streaming(question, 40)
    stack = parley.stack
    button = stack.discord.world.messages[parley.channel()][message]["components"][0]["components"][0]
    stack.discord.people.click(parley.person("Sam"), message, button["custom_id"])
    await stack.claude.until(lambda: stack.claude.live == 0, within=2)
    reply = await parley.reply(question)
    assert reply.outcome == "stopped"
    said = parley.executions()[0].text
    assert reply.pages[0][:30] == as_shown(said)[:30], "the text that was there stays"
    assert "stopped" in reply.text.lower()
    left = str(stack.discord.world.messages[parley.channel()][message]["components"])
    assert "v1:stop:" not in left, "the button is gone"
    assert "v1:continue:" in left


async def test_nobody_else_can_stop_a_reply(parley: System) -> None:
    question = parley.ask("Write an essay. [[ttft=0.1 tps=60 tokens=300]]", person="Sam")
    message = await parley.streaming(question, 20)
    stack = parley.stack
    button = stack.discord.world.messages[parley.channel()][message]["components"][0]["components"][0]
    stack.discord.people.click(parley.person("Noor"), message, button["custom_id"])
    reply = await parley.reply(question)
    assert reply.outcome == "answered"


async def test_a_direct_message_needs_no_mention(parley: System) -> None:
    stack = parley.stack
    sam = parley.person("Sam")
    channel = stack.discord.people.open_dm(sam)["id"]
    question = stack.discord.people.say(sam, channel, "Hello there")["id"]
    assert (await parley.reply(question)).outcome == "answered"


async def test_what_is_not_addressed_gets_no_answer(parley: System) -> None:
    stack = parley.stack
    stack.discord.people.say(parley.person("Sam"), parley.channel(), "Just talking to Noor.")
    await parley.reply(parley.ask("This one is addressed."))
    assert len(queries.creates_by_question(stack.discord.recorder.requests)) == 1


async def test_a_second_question_waits_its_turn_and_says_so(parley: System) -> None:
    sam = parley.person("Sam")
    channel = parley.stack.discord.people.open_dm(sam)["id"]

    def say(text: str) -> str:
        return str(parley.stack.discord.people.say(sam, channel, text)["id"])

    first = say("One [[ttft=0.1 tps=40 tokens=160]]")
    await parley.streaming(first)
    second = say("Two")
    replies = await parley.replies([first, second])
    assert [reply.outcome for reply in replies] == ["answered", "answered"]
    notices = [
        request
        for request in queries.of(parley.stack.discord.recorder.requests, queries.CREATE)
        if queries.replied_to(request) == second
    ]
    assert notices, "the wait was said"
    assert parley.stack.claude.peak == 1, "a conversation has one turn at a time"


async def test_a_long_answer_is_paged_and_loses_nothing(parley: System) -> None:
    reply = await parley.reply(parley.ask("Write a very long text. [[ttft=0.05 tps=400 text=words:900]]"))
    said = parley.executions()[0].text
    assert len(reply.pages) > 1
    assert all(len(page.encode("utf-16-le")) // 2 <= 2000 for page in reply.pages)
    assert reply.text.split() == as_shown(said).split()


async def test_an_upstream_failure_is_told_in_plain_words_with_a_reference(parley: System) -> None:
    reply = await parley.reply(parley.ask("Hello [[error=529 times=9]]"))
    assert reply.outcome == "failed"
    assert reply.turn["reason"] == "OVERLOADED"
    assert reply.trace_id[:8] in reply.text
    assert "529" not in reply.text


async def test_a_japanese_member_is_answered_in_japanese_when_it_fails(parley: System) -> None:
    reply = await parley.reply(parley.ask("こんにちは [[error=529 times=9]]", person="Mika"))
    assert any("\u3040" <= letter <= "\u30ff" for letter in reply.text)


async def test_the_same_question_asked_again_is_answered_from_the_log(parley: System) -> None:
    first = await parley.reply(parley.ask("What is a monad?", person="Sam"))
    second = await parley.reply(parley.ask("What is   a MONAD?", person="Noor", channel=parley.channel("help")))
    assert second.turn["source"] == "stored"
    assert len(parley.executions()) == 1
    assert first.pages[0] in second.text


async def test_thirty_two_members_ask_the_same_and_claude_speaks_once(parley: System) -> None:
    people = parley.newcomers(32)
    channels = [parley.channel(name, guild) for guild, name in (("Orchard", "general"), ("Orchard", "help"))]
    questions = [
        parley.ask("How do I centre a div? [[ttft=0.5 tps=80 tokens=150]]", person=person, channel=channels[at % 2])
        for at, person in enumerate(people)
    ]
    replies = await parley.replies(questions)
    assert len(parley.executions()) == 1
    said = parley.executions()[0].text
    assert {reply.outcome for reply in replies} == {"answered"}
    assert {spoken(reply.text) for reply in replies} == {spoken(replies[0].text)}
    assert spoken(replies[0].text).split() == as_shown(said).split()
    sources = [reply.turn["source"] for reply in replies]
    assert sources.count("lead") == 1


async def test_a_rate_limited_channel_is_waited_for_and_loses_nothing(parley: System) -> None:
    discord = parley.stack.discord
    replies = await asyncio.gather(
        *(
            parley.reply(parley.ask(f"Story {person} [[ttft=0.1 tps=60 tokens=240]]", person=person))
            for person in ("Sam", "Noor", "Mika")
        )
    )
    said = {record.text.strip() for record in parley.executions()}
    assert {reply.text.strip() for reply in replies} == said
    spacing = queries.edit_spacing(discord.recorder.requests, parley.channel())
    assert min(spacing) > 0.2
    assert not queries.invalid(discord.recorder.requests), "no request was refused by a limit"
