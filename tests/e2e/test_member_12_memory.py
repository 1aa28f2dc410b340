"""Expectation 12: what is remembered can be seen, begun anew and forgotten."""

from __future__ import annotations

from collections.abc import Sequence

import grpc.aio
import pytest
from support.members import SHORT, Members

from parley.cache.v1 import cache_pb2
from parley.cache.v1 import conversations_pb2 as pb
from parley.cache.v1.conversations_pb2_grpc import ConversationServiceStub
from parley_gateway.texts import Key, Texts

pytestmark = pytest.mark.asyncio(loop_scope="module")
WORDS = Texts("en-US")


def told_before(members: Members, question: str) -> int:
    """Return how many earlier messages Claude was shown with a question."""
    return len(members.heard(question)[-1].messages) - 1


async def exported(members: Members, message: str) -> Sequence[str]:
    """Return what an operator can export of the conversation that a message of the bot belongs to."""
    children = members.parley.stack.children
    cache = next(name for name in children if name.startswith("cache"))
    named = pb.ExportConversationRequest(conversation=cache_pb2.Conversation(reply_to_message_id=message))
    async with grpc.aio.insecure_channel(children[cache].spec.environment["PARLEY_CACHE_LISTEN"]) as channel:
        call = ConversationServiceStub(channel).ExportConversation(named)
        try:
            return [said.text async for part in call for said in part.messages]
        except grpc.aio.AioRpcError as error:
            if error.code() is grpc.StatusCode.NOT_FOUND:
                return []
            raise


async def test_context_shows_what_claude_would_see_to_the_asker_alone(members: Members) -> None:
    where = members.room()
    empty = await members.used("context", where)
    assert members.message(empty)["content"] == WORDS.render(Key.TOLD_CONTEXT_EMPTY)
    reply = await members.answered(f"My cat is called Tama. {SHORT}", where)
    shown = await members.shows(WORDS.render(Key.TOLD_CONTEXT_HEAD, messages=2, window=2), "context", where)
    assert "**Sam**: My cat is called Tama." in shown
    assert f"**Claude**: {reply.text.split()[0]}" in shown
    assert not members.told(where, person="Noor")
    others = await members.used("context", where, person="Noor")
    assert members.message(others)["content"] == WORDS.render(Key.TOLD_CONTEXT_EMPTY)


@pytest.mark.parametrize("kind", ["channel", "direct", "thread"])
async def test_new_begins_anew_here_and_nowhere_else(members: Members, kind: str) -> None:
    where, elsewhere = place(members, kind), members.room()
    await members.answered(f"The word is marzipan {kind}. {SHORT}", where)
    await members.answered(f"Another word elsewhere {kind} {SHORT}", elsewhere)
    await members.shows(f"marzipan {kind}", "context", where)
    begun = await members.used("new", where)
    assert members.message(begun)["content"] == WORDS.render(Key.TOLD_NEW_BEGUN)
    await members.answered(f"Which word was it {kind} {SHORT}", where)
    await members.answered(f"And which elsewhere {kind} {SHORT}", elsewhere)
    assert told_before(members, f"Which word was it {kind}") == 0
    assert told_before(members, f"And which elsewhere {kind}") == 2


async def test_new_in_free_talk_begins_the_channels_conversation_anew(members: Members) -> None:
    where = members.room()
    panel = await members.used("settings", where, person="Mika")
    texts = Texts("ja")
    members.pick(panel, texts.render(Key.PLACE_CHANNEL), person="Mika")
    await members.says(panel, texts.render(Key.SETTINGS_TITLE_CHANNEL, channel=where))
    rule = {"name": texts.render(Key.SETTING_RULE), "value": texts.render(Key.RULE_EVERYTHING)}
    members.pick(panel, texts.render(Key.SETTINGS_OPTION, **rule), person="Mika")
    await members.says(panel, texts.render(Key.SETTINGS_STORED))
    await members.answer(members.say(f"We talk of bread {SHORT}", where, person="Noor"))
    await members.shows("We talk of bread", "context", where)
    await members.used("new", where)
    await members.answer(members.say(f"What of bread {SHORT}", where))
    assert told_before(members, "What of bread") == 0


async def test_forget_asks_first_and_then_deletes_everything_of_the_members(members: Members) -> None:
    where, direct = members.room(), members.direct("Noor")
    first = await members.answered(f"Noor has a secret garden. {SHORT}", where, person="Noor")
    await members.answer(members.say(f"And a secret pond. {SHORT}", direct, person="Noor"))
    await members.answered(f"Sam has none. {SHORT}", where)
    [answer] = first.turn["message_ids"]
    await members.shows("secret garden", "context", where, person="Noor")
    await members.shows("secret pond", "context", direct, person="Noor")
    assert len(await exported(members, answer)) == 2
    asked = await members.used("forget", where, person="Noor")
    assert WORDS.render(Key.TOLD_FORGET_SURE) in members.message(asked)["content"]
    assert len(await exported(members, answer)) == 2, "nothing is deleted before it is confirmed"
    members.press(asked, WORDS.render(Key.TOLD_FORGET_BUTTON), person="Noor")
    await members.says(asked, WORDS.render(Key.TOLD_FORGOTTEN))
    assert not await exported(members, answer)
    await members.answered(f"What has Noor in the garden {SHORT}", where, person="Noor", reply_to=answer)
    await members.answer(members.say(f"What is in the pond {SHORT}", direct, person="Noor"))
    await members.answered(f"What has Sam {SHORT}", where)
    assert [told_before(members, text) for text in ("What has Noor", "What is in the pond", "What has Sam")] == [
        0,
        0,
        2,
    ]


def place(members: Members, kind: str) -> str:
    """Return a direct channel, a thread that the bot will be in, or a channel."""
    match kind:
        case "direct":
            return members.direct()
        case "thread":
            return str(members.people.begin_thread(members.person("Sam"), members.room(), "About words")["id"])
        case _:
            return members.room()
