"""ConversationService over real gRPC."""

from collections.abc import Sequence
from typing import Any

import grpc
import pytest
from support.cache_lines import Line, Start

from parley.cache.v1 import cache_pb2 as pb
from parley.cache.v1 import conversations_pb2, conversations_pb2_grpc

CHAT = pb.Conversation(id="chat")
Stub = conversations_pb2_grpc.ConversationServiceStub


@pytest.fixture
def conversations(channel: grpc.aio.Channel) -> Stub:
    return conversations_pb2_grpc.ConversationServiceStub(channel)


async def _talk(channel: grpc.aio.Channel, count: int, answer: str = "a") -> None:
    for number in range(count):
        line = await Line.opened(channel, str(1000 + number), prompt=f"q{number}", conversation=CHAT)
        for place in range(0, len(answer), 65_536):
            await line.say(answer[place : place + 65_536], offset=place)
        await line.send(pb.HoldTurnRequest(posted=pb.Posted(kind=pb.POSTED_KIND_PAGE, message_id=str(5000 + number))))
        await line.finish()
        await line.end(shown=len(answer))
        assert await line.over()


async def test_a_conversation_is_told_over_the_wire(channel: grpc.aio.Channel, conversations: Stub) -> None:
    await _talk(channel, 2)
    running = await Line.opened(channel, "2000", conversation=CHAT)
    await running.until("opened")
    waiting = await Line.opened(channel, "2001", conversation=CHAT)
    await waiting.until("queued")
    found = await conversations.GetConversation(
        conversations_pb2.GetConversationRequest(conversation=pb.Conversation(reply_to_message_id="5001")), timeout=1
    )
    assert (found.conversation_id, found.started_by, found.revision, found.messages) == ("chat", "30", 2, 4)
    assert [(message.role, message.text) for message in found.window[:2]] == [
        (pb.ROLE_USER, "q0"),
        (pb.ROLE_ASSISTANT, "a"),
    ]
    assert (list(found.active_turn_ids), list(found.queued_turn_ids)) == (["2000"], ["2001"])


async def test_an_export_comes_in_pieces_that_fit(channel: grpc.aio.Channel, conversations: Stub) -> None:
    await _talk(channel, 20)
    await _talk_long(channel)
    call = conversations.ExportConversation(conversations_pb2.ExportConversationRequest(conversation=CHAT), timeout=5)
    pieces = [piece async for piece in call]
    assert [len(piece.messages) for piece in pieces[:1]] == [32]
    assert all(piece.ByteSize() < 4 << 20 for piece in pieces)
    said = _joined(pieces)
    assert len(said) == 2 * 20 + 2 * 3
    assert said[-1] == "語" * 400_000


async def test_an_answer_longer_than_grpc_takes_is_exported_in_parts(
    channel: grpc.aio.Channel, conversations: Stub
) -> None:
    await _answer_long(channel, "3000", 2_000_000)
    next_one = await Line.opened(channel, "4000", prompt="and on?", conversation=CHAT)
    window = (await next_one.until("opened")).window
    assert [len(message.text) for message in window] == [len("long"), 1 << 19], "it can go on"
    await next_one.end(pb.OUTCOME_ABANDONED)
    await _talk(channel, 1)
    call = conversations.ExportConversation(conversations_pb2.ExportConversationRequest(conversation=CHAT), timeout=10)
    pieces = [piece async for piece in call]
    assert all(piece.ByteSize() < 4 << 20 for piece in pieces)
    assert _joined(pieces) == ["long", "語" * 2_000_000, "q0", "a"]


def _joined(pieces: Sequence[conversations_pb2.ExportConversationResponse]) -> list[str]:
    """Put together what was cut, as a client does."""
    said: list[str] = []
    for piece in pieces:
        texts = [message.text for message in piece.messages]
        if piece.continues:
            said[-1] += texts.pop(0)
        said += texts
    return said


async def _talk_long(channel: grpc.aio.Channel) -> None:
    for number in range(3):
        await _answer_long(channel, str(3000 + number), 400_000)


async def _answer_long(channel: grpc.aio.Channel, turn_id: str, length: int) -> None:
    line = await Line.opened(channel, turn_id, prompt="long", conversation=CHAT)
    for place in range(0, length, 50_000):
        await line.say("語" * 50_000, offset=place)
    await line.finish()
    await line.end(shown=length)
    assert await line.over()


async def test_forgetting_and_removing_over_the_wire(channel: grpc.aio.Channel, conversations: Stub) -> None:
    await _talk(channel, 2)
    removed = await conversations.RemoveTurn(conversations_pb2.RemoveTurnRequest(turn_id="1000", by="77"), timeout=10)
    assert [(posted.kind, posted.message_id) for posted in removed.posted] == [(pb.POSTED_KIND_PAGE, "5000")]
    assert removed.revision == 3
    done = await conversations.ForgetConversation(
        conversations_pb2.ForgetConversationRequest(conversation=CHAT), timeout=1
    )
    assert (done.conversation_id, done.revision, done.messages) == ("chat", 4, 2)


async def test_regenerate_goes_from_click_to_answer_over_the_wire(channel: grpc.aio.Channel) -> None:
    await _talk(channel, 2)
    press = {"conversation": CHAT, "rewind_to": "1001", "expected_revision": 2}
    again = await Line.opened(channel, "4000", prompt="q1", **press)
    opened = await again.until("opened")
    assert [message.text for message in opened.window] == ["q0", "a"]
    assert [posted.message_id for posted in opened.posted] == ["5001"]
    late = await Line.opened(channel, "4001", prompt="q1", holder="gateway-2", **press)
    assert (await late.until("refused")).reason == pb.REFUSAL_REASON_STALE


async def test_a_turn_is_found_over_the_wire_and_answered_again_once_its_record_is_gone(start: Start) -> None:
    async with start(done_for=20.0) as cache:
        conversations = conversations_pb2_grpc.ConversationServiceStub(cache.channel)
        await _talk(cache.channel, 2)
        at_once = await conversations.FindTurn(conversations_pb2.FindTurnRequest(turn_id="1001"), timeout=10)
        assert (at_once.conversation_id, at_once.revision, at_once.last) == ("chat", 2, True)
        assert (at_once.state, at_once.model) == (pb.TURN_STATE_ENDED, "claude-sonnet-5")
        await cache.clock.advance(25)
        wish = conversations_pb2.FindTurnRequest(turn_id="1001", message_id="5001")
        found = await conversations.FindTurn(wish, timeout=10)
        assert (found.question.text, found.question.author_id, found.answer.text) == ("q1", "30", "a")
        assert ([posted.message_id for posted in found.posted], found.last, found.model) == (["5001"], True, "")
        again = await Line.opened(
            cache.channel,
            "4000",
            prompt=found.question.text,
            conversation=pb.Conversation(reply_to_message_id="5001"),
            cache_policy=pb.CachePolicy(mode=pb.CACHE_MODE_REFRESH),
            rewind_to="1001",
            expected_revision=found.revision,
        )
        opened = await again.until("opened")
        assert ([message.text for message in opened.window], opened.conversation_id) == (["q0", "a"], "chat")
        assert [posted.message_id for posted in opened.posted] == ["5001"]


async def test_a_running_turn_has_no_answer_yet(channel: grpc.aio.Channel, conversations: Stub) -> None:
    line = await Line.opened(channel, "1000", prompt="q0", conversation=CHAT)
    await line.until("opened")
    found = await conversations.FindTurn(conversations_pb2.FindTurnRequest(message_id="1000"), timeout=10)
    assert (found.state, found.question.text, found.HasField("answer")) == (pb.TURN_STATE_OPENED, "q0", False)


async def test_a_member_is_forgotten_over_the_wire(channel: grpc.aio.Channel, conversations: Stub) -> None:
    await _talk(channel, 2)
    wish = conversations_pb2.ForgetMemberRequest(user_id="30")
    done = await conversations.ForgetMember(wish, timeout=10)
    assert (done.conversations, done.messages) == (1, 4)
    done = await conversations.ForgetMember(wish, timeout=10)
    assert (done.conversations, done.messages) == (0, 0)
    found = await conversations.GetConversation(conversations_pb2.GetConversationRequest(conversation=CHAT), timeout=10)
    assert (found.messages, found.started_by) == (0, "")


@pytest.mark.parametrize(
    ("method", "request_", "code"),
    [
        ("GetConversation", conversations_pb2.GetConversationRequest(), grpc.StatusCode.INVALID_ARGUMENT),
        ("GetConversation", conversations_pb2.GetConversationRequest(conversation=CHAT), grpc.StatusCode.NOT_FOUND),
        ("ForgetConversation", conversations_pb2.ForgetConversationRequest(), grpc.StatusCode.INVALID_ARGUMENT),
        ("RemoveTurn", conversations_pb2.RemoveTurnRequest(turn_id="1", by="x"), grpc.StatusCode.INVALID_ARGUMENT),
        ("RemoveTurn", conversations_pb2.RemoveTurnRequest(turn_id="1", by="7"), grpc.StatusCode.NOT_FOUND),
        ("ForgetMember", conversations_pb2.ForgetMemberRequest(), grpc.StatusCode.INVALID_ARGUMENT),
        ("FindTurn", conversations_pb2.FindTurnRequest(), grpc.StatusCode.INVALID_ARGUMENT),
        ("FindTurn", conversations_pb2.FindTurnRequest(turn_id="1", message_id="x"), grpc.StatusCode.INVALID_ARGUMENT),
        ("FindTurn", conversations_pb2.FindTurnRequest(turn_id="1"), grpc.StatusCode.NOT_FOUND),
    ],
)
async def test_what_cannot_be_done_says_why(
    conversations: Stub, method: str, request_: Any, code: grpc.StatusCode
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await getattr(conversations, method)(request_, timeout=10)
    assert refused.value.code() is code
