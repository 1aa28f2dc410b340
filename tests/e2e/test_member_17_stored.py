"""Expectation 17: a repeated question answers at once, honestly marked, with one click to ask afresh."""

from __future__ import annotations

import pytest
from support.members import SHORT, Members
from support.replies import spoken

from parley_gateway.texts import Key, Texts

pytestmark = pytest.mark.asyncio(loop_scope="module")
WORDS = Texts("en-US")
AFRESH, REGENERATE = (WORDS.render(key) for key in (Key.AFRESH_BUTTON, Key.REGENERATE_BUTTON))


async def test_it_is_the_same_answer_says_so_and_can_be_asked_for_afresh(members: Members) -> None:
    where = members.room()
    first = await members.answered(f"What do bees do in winter? {SHORT}", where)
    question = members.ask(f"what do BEES do  in winter? {SHORT}", where, person="Noor")
    again = await members.answer(question)
    assert again.turn["source"] == "stored"
    assert spoken(again.text) == spoken(first.text)
    assert WORDS.render(Key.STORED) in again.text
    assert len(members.heard("in winter")) == 1, "Claude was not asked"
    [message] = members.replies(question)
    assert list(members.buttons(message)) == [AFRESH]
    members.press(message, AFRESH, person="Noor")
    await members.parley.until(lambda: list(members.buttons(message)) == [REGENERATE])
    assert len(members.heard("in winter")) == 2
    assert WORDS.render(Key.STORED) not in members.message(message)["content"]
