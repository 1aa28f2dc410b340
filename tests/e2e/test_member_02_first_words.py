"""Expectation 2: typing within a second; the first words as soon as Claude has them."""

from __future__ import annotations

import pytest
from support.members import FLOWING, Members

from parley_sandbox.discord import queries

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_the_bot_types_before_it_answers(members: Members) -> None:
    await members.answered(f"Hello {FLOWING}", where := members.room())
    here = [one for one in members.parley.stack.discord.recorder.requests if f"/channels/{where}/" in one.path]
    routes = [request.route for request in here]
    assert routes.index(queries.TYPING) < routes.index(queries.CREATE)


async def test_typing_goes_on_while_claude_thinks(members: Members) -> None:
    question = members.ask("Think hard [[ttft=10 tps=200 text=words:20]]", where := members.room())
    await members.answer(question)
    here = [one for one in members.parley.stack.discord.recorder.requests if f"/channels/{where}/" in one.path]
    assert len(queries.of(here, queries.TYPING)) >= 2, "Discord shows it for ten seconds only"


async def test_the_first_words_are_shown_before_the_answer_is_whole(members: Members) -> None:
    question = members.ask(f"Tell me a story {FLOWING}", members.room())
    first = await members.parley.streaming(question)
    assert members.heard("Tell me a story")[-1].outcome == "running"
    reply = await members.answer(question)
    assert reply.turn["message_ids"][0] == first
    assert reply.turn["first_text_at"] < reply.turn["ended_at"]
