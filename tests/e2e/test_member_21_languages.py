"""Expectation 21: English and Japanese, following the member's Discord."""

from __future__ import annotations

import re

import pytest
from support.members import SHORT, Members

from parley_gateway.texts import Key, Texts

pytestmark = pytest.mark.asyncio(loop_scope="module")
ENGLISH, JAPANESE = Texts("en-US"), Texts("ja")


async def test_a_command_answers_each_member_in_their_own_language(members: Members) -> None:
    where = members.room()
    await members.shows(ENGLISH.render(Key.TOLD_CONTEXT_EMPTY), "context", where, person="Sam")
    await members.shows(JAPANESE.render(Key.TOLD_CONTEXT_EMPTY), "context", where, person="Mika")


async def test_the_menu_of_commands_is_in_the_members_language(members: Members) -> None:
    offered = members.people.commands(members.person("Mika"), members.room())
    descriptions = {one["name"]: one["description_localizations"]["ja"] for one in offered if one["type"] == 1}
    assert descriptions["stop"] == JAPANESE.render(Key.COMMAND_STOP_ABOUT)
    assert all(descriptions.values())


async def test_notices_and_buttons_follow_the_language_of_the_question(members: Members) -> None:
    where = members.direct("Mika")
    first = members.say("ゆっくり話して [[ttft=0.1 tps=30 text=words:200]]", where, person="Mika")
    message = await members.parley.streaming(first)
    assert JAPANESE.render(Key.STOP_BUTTON) in members.buttons(message)
    second = members.say(f"つぎの質問 {SHORT}", where, person="Mika")
    await members.parley.until(lambda: bool(members.replies(second)))
    notice = re.sub(r"<t:\d+:R>", "soon", members.message(members.replies(second)[0])["content"])
    assert notice in (JAPANESE.render(Key.QUEUED_NEXT), JAPANESE.render(Key.QUEUED_NEXT_UNTIL, ready="soon"))
    await members.parley.replies([first, second])


async def test_an_error_is_said_in_english_to_who_reads_english(members: Members) -> None:
    reply = await members.answered("Hello [[error=500 times=9]]", members.room(), person="Noor")
    assert ENGLISH.render(Key.UNREACHABLE) in reply.text
