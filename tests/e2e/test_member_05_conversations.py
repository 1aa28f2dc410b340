"""Expectation 5: a conversation goes on, by channel, thread, reply chain and direct message; it survives restarts."""

from __future__ import annotations

import pytest
from support.members import SET_UPS, SHORT, Members, members

pytestmark = pytest.mark.asyncio(loop_scope="module")


def told_before(present: Members, question: str) -> int:
    """Return how many earlier messages Claude was shown with a question."""
    return len(present.heard(question)[-1].messages) - 1


async def test_a_second_mention_goes_on_with_the_askers_own_conversation(members: Members) -> None:
    where = members.room()
    await members.answered(f"My cat is called Tama. {SHORT}", where)
    assert "Tama" in (await members.answered("What is my cat called?", where)).text


async def test_two_members_in_one_channel_have_a_conversation_each(members: Members) -> None:
    where = members.room()
    await members.answered(f"I am called Sam and like tea. {SHORT}", where, person="Sam")
    await members.answered(f"What do I like, says Noor {SHORT}", where, person="Noor")
    assert told_before(members, "says Noor") == 0


async def test_a_reply_goes_on_with_the_answer_it_replies_to_whoever_writes_it(members: Members) -> None:
    where = members.room()
    first = await members.answered(f"The ship sails at nine. {SHORT}", where, person="Sam")
    await members.answered(
        f"And when does it land {SHORT}", where, person="Noor", reply_to=first.turn["message_ids"][0]
    )
    heard = members.heard("when does it land")[-1]
    assert len(heard.messages) == 3
    assert "Noor: " in heard.question, "where several share a conversation, each is named"


async def test_a_direct_message_is_one_conversation(members: Members) -> None:
    where = members.direct("Noor")
    await members.answer(members.say(f"First of all {SHORT}", where, person="Noor"))
    await members.answer(members.say(f"Second of all {SHORT}", where, person="Noor"))
    assert told_before(members, "Second of all") == 2


async def test_it_goes_on_after_everything_that_may_be_restarted_was() -> None:
    async with members(SET_UPS[1]) as present:
        where = present.room()
        first = await present.answered(f"The word is marzipan. {SHORT}", where)
        children = present.parley.stack.children
        for name in [child for child in children if child.startswith(("gateway", "cache", "executor", "monitor"))]:
            await children[name].restart(grace=30)
        reply = await present.answered(f"Which word was it? {SHORT}", where, reply_to=first.turn["message_ids"][0])
        assert reply.outcome == "answered"
        assert told_before(present, "Which word") == 2
