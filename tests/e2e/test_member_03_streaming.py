"""Expectation 3: smooth streaming that never breaks a code block, never loses text, never floods."""

from __future__ import annotations

import pytest
from support.members import FLOWING, Members
from support.reading import as_shown

from parley_sandbox.discord import queries

pytestmark = pytest.mark.asyncio(loop_scope="module")
FENCE = "```"


async def test_every_text_that_was_ever_shown_has_its_code_blocks_closed(members: Members) -> None:
    reply = await members.answered("Show me code [[ttft=0.1 tps=150 text=fence tokens=900]]", members.room())
    requests = members.parley.stack.discord.recorder.requests
    shown = [text for message in reply.turn["message_ids"] for text in queries.texts(requests, message)]
    assert len(shown) > 2, "it grew in steps"
    assert all(text.count(FENCE) % 2 == 0 for text in shown)
    assert all(len(text.encode("utf-16-le")) // 2 <= 2000 for text in shown)


async def test_nothing_is_lost_between_pages(members: Members) -> None:
    reply = await members.answered("A long walk [[ttft=0.05 tps=400 text=words:900]]", members.room())
    assert len(reply.pages) > 1
    assert reply.text.split() == as_shown(members.heard("A long walk")[0].text).split()


async def test_three_answers_in_one_channel_share_its_pace(members: Members) -> None:
    where = members.room()
    questions = [members.ask(f"Story of {name} {FLOWING}", where, person=name) for name in ("Sam", "Noor", "Mika")]
    replies = await members.parley.replies(questions)
    assert {reply.outcome for reply in replies} == {"answered"}
    requests = members.parley.stack.discord.recorder.requests
    assert min(queries.edit_spacing(requests, where)) > 0.2
    assert not queries.invalid(requests), "no request was refused by a limit"
