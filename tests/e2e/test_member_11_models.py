"""Expectation 11: the model is chosen by each member, by who manages the server, and for one question."""

from __future__ import annotations

import pytest
from support.members import SHORT, Members

from parley_gateway.texts import Key, Texts

pytestmark = pytest.mark.asyncio(loop_scope="module")
WORDS, JAPANESE = Texts("en-US"), Texts("ja")
USUAL, OPUS, HAIKU = "claude-sonnet-5", "claude-opus-5", "claude-haiku-5-5"


async def model_of(members: Members, text: str, where: str, *, person: str = "Sam") -> str:
    """Ask; return the model that answered."""
    await members.answered(f"{text} {SHORT}", where, person=person)
    return str(members.heard(text)[-1].model)


def line(name: Key, value: str) -> str:
    """Return a line of a menu of `/settings`, as Mika reads it."""
    return JAPANESE.render(Key.SETTINGS_OPTION, name=JAPANESE.render(name), value=value)


async def test_a_member_chooses_for_themselves_everywhere_and_for_nobody_else(members: Members) -> None:
    where = members.room("Workshop")
    offered = await members.complete("model", where, "model", "opus 5", person="Noor")
    assert offered["Claude Opus 5"] == OPUS
    chosen = await members.used("model", where, person="Noor", model=offered["Claude Opus 5"])
    told = await members.says(chosen, WORDS.render(Key.SETTINGS_STORED))
    assert WORDS.render(Key.MODEL_OWN, model="Claude Opus 5") in told
    assert await model_of(members, "Which are you for Noor", where, person="Noor") == OPUS
    assert await model_of(members, "Which elsewhere", members.room(), person="Noor") == OPUS
    assert await model_of(members, "Which are you for Sam", where) == USUAL
    members.pick(chosen, WORDS.render(Key.MODEL_SERVERS, model="Claude Sonnet 5"), person="Noor")
    await members.says(chosen, WORDS.render(Key.MODEL_SERVERS, model="Claude Sonnet 5"))
    assert await model_of(members, "Which are you now for Noor", where, person="Noor") == USUAL


async def test_a_model_that_nobody_knows_is_said_to_be_so(members: Members) -> None:
    where = members.room("Workshop")
    tried = await members.used("model", where, model="gpt-something")
    assert WORDS.render(Key.MODEL_UNKNOWN) in members.message(tried)["content"]
    assert await model_of(members, "Which are you still", where) == USUAL


async def test_ask_takes_a_model_for_one_question(members: Members) -> None:
    where = members.room("Workshop")
    offered = await members.complete("ask", where, "model", "haiku")
    question = members.command("ask", where, prompt=f"Just this once {SHORT}", model=offered["Claude Haiku 5.5"])
    assert (await members.answer(question)).outcome == "answered"
    assert members.heard("Just this once")[-1].model == HAIKU
    assert await model_of(members, "And again as usual", where) == USUAL


async def test_who_manages_the_server_chooses_for_it_and_for_a_channel(members: Members) -> None:
    here, there = members.room(), members.room()
    panel = await members.used("settings", here, person="Mika")
    members.pick(panel, line(Key.SETTING_MODEL, "Claude Opus 5"), person="Mika")
    await members.says(panel, JAPANESE.render(Key.SETTINGS_STORED))
    members.pick(panel, JAPANESE.render(Key.PLACE_CHANNEL), person="Mika")
    await members.says(panel, JAPANESE.render(Key.SETTINGS_TITLE_CHANNEL, channel=here))
    members.pick(panel, line(Key.SETTING_MODEL, "Claude Haiku 5.5"), person="Mika")
    await members.says(panel, JAPANESE.render(Key.SETTINGS_STORED))
    assert await model_of(members, "Which in this channel", here) == HAIKU
    assert await model_of(members, "Which in that channel", there) == OPUS
    assert await model_of(members, "Which in Workshop", members.room("Workshop")) == USUAL
