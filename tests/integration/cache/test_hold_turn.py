"""One turn, from claim to commit, over a real stream."""

import asyncio

import grpc
import pytest
from support.cache_lines import CacheBench, Line, open_request

from parley.cache.v1 import cache_pb2 as pb
from parley.cache.v1 import cache_pb2_grpc
from parley_cache.app import Cache
from parley_cache.claims import Granted
from parley_cache.turns import Ask, Duplicate
from parley_kit.clock import settle


async def test_a_new_turn_leads_and_ends_with_a_commit(channel: grpc.aio.Channel) -> None:
    line = await Line.opened(channel)
    first = await line.read()
    assert first is not None
    assert (first.renewed.number, first.renewed.valid_for.seconds) == (0, 15)
    opened = await line.until("opened")
    assert (opened.source, opened.attempt, opened.revision) == (pb.SOURCE_LEAD, 1, 1)
    await line.say("A log grows.")
    await line.finish()
    await line.end(shown=12)
    assert (await line.until("committed")).revision == 1
    assert await line.over()


async def test_each_renewal_is_answered_by_its_number(channel: grpc.aio.Channel) -> None:
    line = await Line.opened(channel)
    first = await line.until("renewed")
    for number in (1, 2, 7):
        renewed = await line.renew(number)
        assert (renewed.lease, renewed.valid_for.seconds) == (first.lease, 15)


async def test_a_second_gateway_is_told_duplicate_and_nothing_else(channel: grpc.aio.Channel) -> None:
    await (await Line.opened(channel)).until("opened")
    second = await Line.opened(channel, holder="gateway-2")
    word = await second.read()
    assert word is not None
    assert word.duplicate.state == pb.TURN_STATE_OPENED
    assert await second.over()


async def test_of_many_gateways_at_once_exactly_one_gets_the_turn(channel: grpc.aio.Channel) -> None:
    lines = await asyncio.gather(*(Line.opened(channel, holder=f"gateway-{n}") for n in range(16)))
    words = [await line.read() for line in lines]
    assert sum(word is not None and word.HasField("renewed") for word in words) == 1
    assert sum(word is not None and word.HasField("duplicate") for word in words) == 15


async def test_an_answer_that_was_cut_is_stored_and_says_so_to_whoever_asks_next(channel: grpc.aio.Channel) -> None:
    first = await Line.opened(channel, "1000")
    await first.say("As long as it may be")
    await first.finish(stop_reason="max_tokens")
    await first.end()
    assert await first.over()
    second = await Line.opened(channel, "1001")
    assert (await second.until("opened")).source == pb.SOURCE_STORED
    assert (await second.until("text_end")).stop_reason == "max_tokens"
    assert second.text == "As long as it may be"


async def test_files_of_earlier_messages_come_back_by_reference(channel: grpc.aio.Channel) -> None:
    chat = pb.Conversation(id="chat")
    files = [
        pb.Attachment(
            message_id="900", attachment_id="901", filename="map.png", content_type="image/png", size_bytes=2048
        ),
        pb.Attachment(message_id="1000", attachment_id="902", filename="log.py", content_type="text/x-python"),
    ]
    first = await Line.opened(channel, "1000", conversation=chat, attachments=files)
    await first.say("Seen.")
    await first.finish()
    await first.end(shown=5)
    assert await first.over()
    opened = await (await Line.opened(channel, "1001", conversation=chat)).until("opened")
    assert [list(message.attachments) for message in opened.window] == [files, []]


async def test_a_busy_conversation_queues_and_goes_on_with_what_was_said(channel: grpc.aio.Channel) -> None:
    chat = pb.Conversation(id="chat")
    first = await Line.opened(channel, "1000", conversation=chat, prompt="Who?")
    second = await Line.opened(channel, "1001", conversation=chat, prompt="Why?")
    assert (await second.until("queued")).position == 1
    await first.say("Me.")
    await first.finish()
    await first.end(shown=3)
    opened = await second.until("opened")
    assert [(message.role, message.text) for message in opened.window] == [
        (pb.ROLE_USER, "Who?"),
        (pb.ROLE_ASSISTANT, "Me."),
    ]
    assert (opened.conversation_id, opened.revision, opened.started_by) == ("chat", 2, "30")


async def test_the_seventh_in_a_conversation_is_refused_and_still_ends_in_order(channel: grpc.aio.Channel) -> None:
    chat = pb.Conversation(id="chat")
    lines = [await Line.opened(channel, str(1000 + n), conversation=chat, prompt=str(n)) for n in range(7)]
    refused = await lines[6].until("refused")
    assert refused.reason == pb.REFUSAL_REASON_QUEUE_FULL
    await lines[6].end(pb.OUTCOME_REFUSED)
    await lines[6].until("committed")
    assert await lines[6].over()


async def test_a_follower_reads_from_the_first_word_and_then_live(channel: grpc.aio.Channel) -> None:
    leader = await Line.opened(channel, "1000")
    await leader.say("A log ")
    await leader.renew(1)
    follower = await Line.opened(channel, "1001", holder="gateway-2")
    assert (await follower.until("opened")).source == pb.SOURCE_FOLLOW
    await follower.until_text("A log ")
    await leader.say("grows.", offset=6)
    await follower.until_text("A log grows.")
    await leader.finish(usage=pb.Usage(output_tokens=4))
    end = await follower.until("text_end")
    assert (end.stop_reason, end.usage.output_tokens) == ("end_turn", 4)


async def test_a_stored_answer_needs_one_stream_and_three_words(channel: grpc.aio.Channel) -> None:
    leader = await Line.opened(channel, "1000")
    for offset, piece in enumerate("abc"):
        await leader.say(piece, offset=offset)
    await leader.finish()
    await leader.end()
    assert await leader.over()
    reader = await Line.opened(channel, "1001")
    words = [await reader.read() for _ in range(4)]
    assert [word and word.WhichOneof("event") for word in words] == ["renewed", "opened", "text", "text_end"]
    assert words[1] is not None
    assert words[1].opened.source == pb.SOURCE_STORED


async def test_thirty_two_members_ask_the_same_at_once_and_get_the_same_bytes(channel: grpc.aio.Channel) -> None:
    lines = [await Line.opened(channel, str(1000 + n), holder=f"gateway-{n % 2}") for n in range(32)]
    sources = [(await line.until("opened")).source for line in lines]
    assert sources == [pb.SOURCE_LEAD] + [pb.SOURCE_FOLLOW] * 31
    leader, *followers = lines
    said = [f"word {n} – 語🎉, " for n in range(200)]

    async def lead() -> None:
        offset = 0
        for word in said:
            await leader.say(word, offset=offset)
            offset += len(word)
        await leader.finish()

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(lead())
        for follower in followers:
            tasks.create_task(follower.until("text_end"))
    assert {follower.text for follower in followers} == {"".join(said)}


async def test_a_follower_that_does_not_read_holds_nobody_back(channel: grpc.aio.Channel) -> None:
    leader, slow, quick = [await Line.opened(channel, str(1000 + n)) for n in range(3)]
    for number in range(60):
        await leader.say("x" * 50_000, offset=50_000 * number)
        await quick.until_text("x" * 50_000 * (number + 1))
        if number == 39:
            break
    await leader.finish()
    await quick.until("text_end")
    await slow.until("text_end")
    assert slow.text == quick.text == "x" * 2_000_000


async def test_stop_without_followers_reaches_the_leader_through_any_gateway(channel: grpc.aio.Channel) -> None:
    stub = cache_pb2_grpc.TurnServiceStub(channel)
    leader = await Line.opened(channel)
    await leader.until("opened")
    stopped = await stub.StopTurn(pb.StopTurnRequest(turn_id="1000", by="77"), timeout=10)
    assert stopped.state == pb.TURN_STATE_OPENED
    requested = await leader.until("stop_requested")
    assert (requested.by, requested.others_read) == ("77", False)


async def test_stop_with_followers_ends_the_display_first_and_claude_last(channel: grpc.aio.Channel) -> None:
    stub = cache_pb2_grpc.TurnServiceStub(channel)
    leader, follower = await Line.opened(channel, "1000"), await Line.opened(channel, "1001")
    await follower.until("opened")
    await leader.say("Hello")
    await stub.StopTurn(pb.StopTurnRequest(turn_id="1000", by="77"), timeout=10)
    assert (await leader.until("stop_requested")).others_read
    await leader.end(pb.OUTCOME_STOPPED, shown=5)
    await leader.until("committed")
    await leader.say(" there", offset=5)
    await follower.until_text("Hello there")
    await follower.end(pb.OUTCOME_ABANDONED)
    last = await leader.until("stop_requested")
    assert (last.by, last.others_read) == ("", False)
    await leader.finish(stopped=pb.Stopped())
    assert await leader.over()


async def test_stopping_what_nobody_knows_is_not_found(channel: grpc.aio.Channel) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await cache_pb2_grpc.TurnServiceStub(channel).StopTurn(pb.StopTurnRequest(turn_id="1", by="77"), timeout=10)
    assert refused.value.code() is grpc.StatusCode.NOT_FOUND


async def test_a_leader_that_leaves_after_its_end_frees_its_followers_at_once(channel: grpc.aio.Channel) -> None:
    leader, follower = await Line.opened(channel, "1000"), await Line.opened(channel, "1001")
    await follower.until("opened")
    await leader.end(pb.OUTCOME_FAILED)
    await leader.call.done_writing()
    assert await leader.over()
    opened = await follower.until("opened")
    assert (opened.source, opened.attempt) == (pb.SOURCE_LEAD, 2)


@pytest.mark.parametrize(
    ("first", "field"),
    [
        (open_request("not a number"), "open.turn_id"),
        (open_request(prompt="x" * 32_769), "open.prompt"),
        (pb.HoldTurnRequest(renew=pb.Renew(number=1)), "step"),
        (pb.HoldTurnRequest(adopt=pb.Adopt(turn_id="1", holder="g")), "adopt.lease"),
        (pb.HoldTurnRequest(adopt=pb.Adopt(turn_id="1", lease="l")), "adopt.holder"),
    ],
)
async def test_a_bad_first_message_is_refused_by_its_field(
    channel: grpc.aio.Channel, first: pb.HoldTurnRequest, field: str
) -> None:
    line = Line(channel)
    await line.send(first)
    code, details = await line.status()
    assert code is grpc.StatusCode.INVALID_ARGUMENT
    assert details.startswith(field)


async def test_a_bad_later_message_ends_the_stream_but_not_the_turn(channel: grpc.aio.Channel) -> None:
    line = await Line.opened(channel)
    await line.say("Hello")
    await line.say("x" * 65_537, offset=5)
    assert (await line.status())[0] is grpc.StatusCode.INVALID_ARGUMENT
    again = await Line.opened(channel, have=pb.Have(state=pb.TURN_STATE_OPENED, source=pb.SOURCE_LEAD, attempt=1))
    assert (await again.until("opened")).offset == 5


async def test_a_stream_that_says_nothing_and_ends_is_refused(channel: grpc.aio.Channel) -> None:
    line = Line(channel)
    await line.call.done_writing()
    assert (await line.status())[0] is grpc.StatusCode.INVALID_ARGUMENT


async def _store(channel: grpc.aio.Channel) -> None:
    line = await Line.opened(channel)
    await line.until("opened")
    await line.say("A log grows.")
    await line.finish()
    await line.end()
    await line.until("committed")


def _said(message: pb.HoldTurnResponse | None) -> list[str | None]:
    assert message is not None
    return [word.WhichOneof("event") for word in (message, *message.more)]


async def test_who_reads_more_gets_a_stored_answer_in_one_message(channel: grpc.aio.Channel) -> None:
    await _store(channel)
    line = await Line.opened(channel, "1001", reads_more=True)
    message = await line.message()
    assert _said(message) == ["renewed", "opened", "text", "text_end"]
    await line.end(shown=12)
    assert _said(await line.message()) == ["committed"]
    assert await line.over()


async def test_who_does_not_read_more_gets_a_message_for_each_word(channel: grpc.aio.Channel) -> None:
    await _store(channel)
    line = await Line.opened(channel, "1001")
    said = [_said(await line.message()) for _ in range(4)]
    assert said == [["renewed"], ["opened"], ["text"], ["text_end"]]


async def test_a_late_follower_gets_all_that_was_said_with_its_first_message(channel: grpc.aio.Channel) -> None:
    leader = await Line.opened(channel)
    await leader.until("opened")
    await leader.say("so far " * 1000)
    await leader.renew(1)
    late = await Line.opened(channel, "1001", reads_more=True)
    first = await late.message()
    assert _said(first) == ["renewed", "opened", "text"]
    assert first is not None
    late.text = first.more[1].text.text
    await leader.say("and on", offset=7000)
    assert (await late.until("text")).text == "and on"


async def test_what_happens_between_a_claim_and_its_first_word_is_told(
    cache: CacheBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = cache.service.bound.service
    assert isinstance(service, Cache)
    store = service.store
    claim = store.claim

    async def claimed(ask: Ask) -> Granted | Duplicate:
        granted = await claim(ask)
        await store.stop(ask.turn_id, "77")
        await settle()
        return granted

    monkeypatch.setattr(store, "claim", claimed)
    line = await Line.opened(cache.channel)
    assert (await line.until("stop_requested")).by == "77"
