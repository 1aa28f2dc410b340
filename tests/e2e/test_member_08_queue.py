"""Expectation 8: a message during a reply queues, with its position and a time; five a conversation."""

from __future__ import annotations

import re

import pytest
from support.members import SHORT, Members

from parley_gateway.texts import Key, Texts
from parley_sandbox.discord import queries

pytestmark = pytest.mark.asyncio(loop_scope="module")
BUSY = "[[ttft=0.1 tps=30 text=words:300]]"


async def test_it_waits_is_told_its_position_and_a_time_and_is_answered_in_its_turn(members: Members) -> None:
    where = members.direct("Sam")
    await members.answer(members.say(f"How long does it take {SHORT}", where))
    first = members.say(f"The first one {BUSY}", where)
    await members.parley.streaming(first)
    waiting = []
    for number in (1, 2):
        waiting.append(members.say(f"Number {number} in line {SHORT}", where))
        await members.until_replied(*waiting)
    replies = await members.parley.replies([first, *waiting])
    assert [reply.outcome for reply in replies] == ["answered"] * 3
    requests = members.parley.stack.discord.recorder.requests
    notices = [
        request.body["content"]
        for request in queries.of(requests, queries.CREATE)
        if queries.replied_to(request) in waiting
    ]
    texts = Texts("en-US")
    assert [re.sub(r"<t:\d+:R>", "soon", notice) for notice in notices] == [
        texts.render(Key.QUEUED_NEXT_UNTIL, ready="soon"),
        texts.render(Key.QUEUED_UNTIL, position=2, ready="soon"),
    ]
    assert [len(members.replies(question)) for question in waiting] == [1, 1], "the answer took the notice's place"


async def test_the_sixth_that_would_wait_is_told_so(members: Members) -> None:
    where = members.direct("Noor")
    first = members.say(f"Busy for a while {BUSY}", where, person="Noor")
    await members.parley.streaming(first)
    waiting = [members.say(f"Waiting {number} {SHORT}", where, person="Noor") for number in range(5)]
    await members.until_replied(*waiting)
    waiting.append(members.say(f"One too many {SHORT}", where, person="Noor"))
    replies = await members.parley.replies(waiting)
    assert [reply.outcome for reply in replies] == ["answered"] * 5 + ["refused"]
    assert replies[-1].turn["reason"] == "QUEUE_FULL"
    assert Texts("en-US").render(Key.QUEUE_FULL) in replies[-1].text


async def test_what_is_asked_at_once_is_answered_in_its_order(members: Members) -> None:
    where = members.direct("Mika")
    first = members.say(f"Busy once more {BUSY}", where, person="Mika")
    await members.parley.streaming(first)
    waiting = [members.say(f"Quick {number} {SHORT}", where, person="Mika") for number in range(5)]
    await members.parley.replies([first, *waiting])
    asked = [record.question for record in members.heard("Quick ")]
    assert [question.split(" [[")[0][-7:] for question in asked] == [f"Quick {number}" for number in range(5)]
