"""Expectation 4: Stop stops this reply only, keeps what is there, and says so."""

from __future__ import annotations

import pytest
from support.members import ENDLESS, FLOWING, Members

from parley_gateway.texts import Key, Texts

pytestmark = pytest.mark.asyncio(loop_scope="module")
WORDS = Texts("en-US")
STOP = WORDS.render(Key.STOP_BUTTON)
STOPPED_WITHIN = 2.0
"""Seconds until Claude has stopped (product.md)."""


async def stopped(members: Members, message: str) -> str:
    """Wait until an answer says that it was stopped; return what stands."""
    words = WORDS.render(Key.STOPPED)
    await members.parley.until(lambda: words in str(members.message(message)["content"]))
    return str(members.message(message)["content"])


async def test_the_text_stays_and_says_so_and_claude_stops(members: Members) -> None:
    question = members.ask(f"Stop this one {ENDLESS}", members.room())
    message = await members.parley.streaming(question, 60)
    members.press(message, STOP)
    await members.parley.until(lambda: not members.parley.stack.claude.live, within=STOPPED_WITHIN)
    text = await stopped(members, message)
    assert text.startswith(members.heard("Stop this one")[0].text[:40])
    assert (await members.answer(question)).outcome == "stopped"


async def test_other_answers_in_the_channel_go_on(members: Members) -> None:
    where = members.room()
    mine, others = (
        members.ask(f"{name} asks {text}", where, person=name) for name, text in (("Sam", ENDLESS), ("Noor", FLOWING))
    )
    message = await members.parley.streaming(mine, 40)
    await members.parley.streaming(others, 20)
    members.press(message, STOP)
    await stopped(members, message)
    assert (await members.answer(others)).outcome == "answered"


async def test_who_reads_the_same_answer_reads_on(members: Members) -> None:
    where = members.room()
    mine, others = (members.ask(f"The same question of two {FLOWING}", where, person=name) for name in ("Sam", "Noor"))
    message = await members.parley.streaming(mine, 20)
    await members.parley.streaming(others, 20)
    members.press(message, STOP)
    await stopped(members, message)
    assert (await members.answer(others)).outcome == "answered"
    assert len(members.heard("The same question of two")) == 1


async def test_a_message_that_waits_can_be_stopped_too(members: Members) -> None:
    where = members.room()
    first = members.ask(f"This takes long {ENDLESS}", where)
    message = await members.parley.streaming(first)
    second = members.ask("This waits", where)
    await members.parley.until(lambda: bool(members.replies(second)))
    [notice] = members.replies(second)
    members.press(notice, STOP)
    assert WORDS.render(Key.STOPPED_ALONE) in (await members.answer(second)).text
    members.press(message, STOP)
    await stopped(members, message)
    assert not members.heard("This waits"), "Claude was not asked"


async def test_nobody_else_can(members: Members) -> None:
    where = members.room()
    question = members.ask(f"Mine alone {ENDLESS}", where)
    message = await members.parley.streaming(question)
    members.press(message, STOP, person="Noor")
    told = await members.until_told(where, person="Noor")
    assert told == WORDS.render(Key.STOP_NOT_YOURS)
    assert STOP in members.buttons(message)
    members.press(message, STOP)
    await stopped(members, message)


async def test_deleting_the_question_stops_and_removes_the_answer(members: Members) -> None:
    where = members.room()
    question = members.ask(f"Take it back {ENDLESS}", where)
    await members.parley.streaming(question, 40)
    members.people.delete(members.person("Sam"), question)
    await members.parley.until(lambda: not members.parley.stack.claude.live, within=STOPPED_WITHIN)
    await members.parley.until(lambda: not members.of_the_bot(where))
