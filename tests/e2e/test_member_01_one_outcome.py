"""Expectation 1: exactly one visible outcome for every addressed message; never silence, a duplicate or lost text."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest
from support.crowd import idle, said, standing
from support.members import SET_UPS, SHORT, Members, members
from support.reading import as_shown

pytestmark = pytest.mark.asyncio(loop_scope="module")
ROOMS, PER_SECOND, MOST = 40, 20, 400
AT_ONCE = 60
"""So many wait for their answers: a machine that is too slow for 20 a second gets as many as it can answer."""


async def test_a_question_has_one_answer_and_it_is_what_claude_said(members: Members) -> None:
    question = members.ask(f"Tell me of the sea. {SHORT}", where := members.room())
    reply = await members.answer(question)
    assert (reply.outcome, len(members.replies(question)), len(members.of_the_bot(where))) == ("answered", 1, 1)
    assert reply.text.split() == as_shown(members.heard("of the sea")[0].text).split()


async def test_when_claude_fails_there_is_one_named_error_with_its_reference(members: Members) -> None:
    question = members.ask("Hello there [[error=500 times=9]]", where := members.room())
    reply = await members.answer(question)
    assert (reply.outcome, reply.turn["reason"]) == ("failed", "UPSTREAM_5XX")
    assert reply.trace_id in reply.text
    assert len(members.of_the_bot(where)) == 1


async def test_an_empty_mention_gets_an_answer_too(members: Members) -> None:
    assert (await members.answered("", members.room())).outcome == "answered"


async def test_gateways_are_replaced_under_20_messages_a_second_and_none_is_lost_or_doubled() -> None:
    async with members(SET_UPS[1], environment={"PARLEY_GATEWAY_DRAIN_ANNOUNCE": "1"}, slots=32) as present:
        rooms, replaced = [present.room() for _ in range(ROOMS)], asyncio.Event()
        questions: list[str] = []

        async def talk() -> None:
            people = present.parley.newcomers(MOST)
            while not replaced.is_set() and (at := len(questions)) < MOST:
                text = f"Question {at} [[ttft=0.2 tps=100 text=words:20]]"
                questions.append(present.ask(text, rooms[at % ROOMS], person=people[at]))
                await asyncio.sleep(1 / PER_SECOND)
                await present.parley.until(lambda: len(questions) - len(standing(present.parley)) < AT_ONCE)

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(talk())
            for name in present.gateways:
                await present.parley.stack.children[name].restart(grace=30)
            replaced.set()
        parley = present.parley
        await parley.until(lambda: len(standing(parley)) == len(questions))
        await idle(parley)
        stands = standing(parley)
        assert Counter(len(stands[question]) for question in questions) == {1: len(questions)}
        assert {tuple(stands[question][0].split()) for question in questions} <= said(parley.executions())
        assert sum(len(present.of_the_bot(room)) for room in rooms) == len(questions)
