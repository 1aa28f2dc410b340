"""Expectation 20: safe by default; no @everyone, no link previews, bots ignored, no secret in a child's environment."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.members import SET_UPS, SHORT, Members, SetUp, members

from parley_sandbox.discord import queries
from parley_sandbox.starters import executed

pytestmark = pytest.mark.asyncio(loop_scope="module")
SUPPRESS_EMBEDS = 1 << 2


async def test_nothing_that_claude_writes_pings_anybody_or_shows_a_preview(members: Members) -> None:
    said = "@everyone @here https://example.org/"
    reply = await members.answered(f"Say it [[exact='{said}']]", where := members.room())
    assert reply.text.strip() == said
    for request in queries.of(members.parley.stack.discord.recorder.requests, queries.CREATE):
        if f"/channels/{where}/" in request.path:
            assert request.body["allowed_mentions"]["parse"] == []
            assert not request.body["allowed_mentions"].get("users")
            assert request.body["flags"] & SUPPRESS_EMBEDS
    shown = members.message(reply.turn["message_ids"][0])
    assert (shown["mention_everyone"], shown["mentions"]) == (False, [])


async def test_a_members_question_cannot_make_the_bot_answer_itself(members: Members) -> None:
    reply = await members.answered(f"Say it [[exact='{members.parley.bot} hello']]", where := members.room())
    await members.answered(f"Afterwards {SHORT}", where)
    assert len(members.of_the_bot(where)) == 2, reply.text


@pytest.mark.parametrize("set_up", SET_UPS, ids=[one.name for one in SET_UPS])
async def test_a_service_knows_no_secret_of_another_and_claude_is_given_no_tool(set_up: SetUp) -> None:
    async with members(set_up, starter=executed) as present:
        await present.answered(f"What do you know? {SHORT}", present.room())
        token = present.parley.stack.discord.token.encode()
        knows = {name: token in environment_of(child.pid) for name, child in present.parley.stack.children.items()}
        assert {name for name, known in knows.items() if known} == set(present.gateways)
        assert not any("tools" in (record.parameters or {}) for record in present.heard("What do you know"))


def environment_of(pid: int) -> bytes:
    """Return what a process was given."""
    return Path(f"/proc/{pid}/environ").read_bytes()
