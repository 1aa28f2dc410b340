"""Expectation 6: natural triggers: a mention, a reply, a direct message, a thread it is in, free talk, /ask, Ask Claude."""

from __future__ import annotations

import pytest
from support.members import SHORT, Members
from support.private_panels import PrivatePanel

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_reply_to_the_bot_needs_no_ping(members: Members) -> None:
    where = members.room()
    first = await members.answered(f"A first word {SHORT}", where)
    answer = first.turn["message_ids"][0]
    question = members.say(f"And a second {SHORT}", where, person="Noor", reply_to=answer, ping=False)
    assert (await members.answer(question)).outcome == "answered"


async def test_a_direct_message_needs_no_mention(members: Members) -> None:
    question = members.say(f"Just between us {SHORT}", members.direct("Noor"), person="Noor")
    assert (await members.answer(question)).outcome == "answered"


async def test_in_a_thread_that_it_is_in_everybody_is_answered_and_all_share_one_conversation(members: Members) -> None:
    where = members.room()
    begun = members.say("Let us talk here", where)
    thread = members.people.begin_thread(members.person("Sam"), where, "Talk", begun)["id"]
    members.say(f"Not yet for it {SHORT}", thread)
    await members.answered(f"Come in, please {SHORT}", thread)
    question = members.say(f"Now without a mention {SHORT}", thread, person="Noor")
    assert (await members.answer(question)).outcome == "answered"
    assert len(members.heard("Now without a mention")[0].messages) == 3
    assert not members.heard("Not yet for it"), "it was not in there then"


async def test_in_free_talk_every_message_is_answered_but_those_to_others(members: Members) -> None:
    where = members.room()
    panel = PrivatePanel(members, where)
    await panel.use("settings")
    await panel.choose("free", where)
    await panel.until(f"<#{where}>")
    question = members.say(f"Nobody is mentioned {SHORT}", where)
    assert (await members.answer(question)).outcome == "answered"
    members.say(f"<@{members.person('Noor')}> this is for you {SHORT}", where)
    second = members.say(f"And this is for all {SHORT}", where, person="Noor")
    assert (await members.answer(second)).outcome == "answered"
    assert len(members.heard("And this is for all")[0].messages) == 3, "one conversation of all"
    assert not members.heard("this is for you")


async def test_a_command_asks_one_question_without_what_was_said_before(members: Members) -> None:
    where = members.room()
    await members.answered(f"My name is Ada {SHORT}", where)
    used = members.command("ask", where, prompt=f"What was my name {SHORT}")
    assert (await members.answer(used)).outcome == "answered"
    assert len(members.heard("What was my name")[0].messages) == 1
    shown = members.of_the_bot(where)[-1]
    follow = members.say(f"Go on from there {SHORT}", where, reply_to=shown["id"], ping=False)
    assert (await members.answer(follow)).outcome == "answered"
    assert len(members.heard("Go on from there")[0].messages) == 3, "a reply to its answer goes on"


async def test_a_message_can_be_asked_about_from_its_menu(members: Members) -> None:
    where = members.room()
    said = members.say(f"The moon is made of cheese {SHORT}", where, person="Noor")
    used = members.people.command(members.person("Sam"), where, "Ask Claude", target=said)["id"]
    assert (await members.answer(used)).outcome == "answered"
    assert members.heard("made of cheese")


async def test_a_mention_in_a_reply_to_somebody_else_shows_claude_what_it_is_about(members: Members) -> None:
    where = members.room()
    said = members.say("The bridge closes at nine.", where, person="Noor")
    await members.answered(f"Is this true {SHORT}", where, reply_to=said)
    assert "The bridge closes at nine." in members.heard("Is this true")[0].question


async def test_what_is_not_addressed_to_it_gets_nothing(members: Members) -> None:
    where = members.room()
    members.say("Only among ourselves", where)
    members.say("@everyone lunch?", where, person="Mika")
    await members.answered(f"But this {SHORT}", where)
    assert len(members.of_the_bot(where)) == 1
    assert not members.heard("among ourselves")
