"""ReplyService over real gRPC."""

import grpc
import pytest
from support.cache_lines import CacheBench, Line

from parley.cache.v1 import cache_pb2 as pb
from parley.cache.v1 import replies_pb2, replies_pb2_grpc


@pytest.fixture
def replies(channel: grpc.aio.Channel) -> replies_pb2_grpc.ReplyServiceStub:
    return replies_pb2_grpc.ReplyServiceStub(channel)


async def _answer(channel: grpc.aio.Channel, turn_id: str, text: str, **more: object) -> None:
    line = await Line.opened(channel, turn_id, **more)
    await line.say(text)
    await line.finish(usage=pb.Usage(input_tokens=100, output_tokens=20))
    await line.end()
    assert await line.over()


async def test_statistics_are_told_over_the_wire(cache: CacheBench, replies: replies_pb2_grpc.ReplyServiceStub) -> None:
    empty = await replies.GetStatistics(replies_pb2.GetStatisticsRequest(), timeout=10)
    assert (empty.hits, empty.entries, empty.HasField("oldest_age")) == (0, 0, False)
    await _answer(cache.channel, "1000", "日本語")
    reader = await Line.opened(cache.channel, "1001")
    await reader.until("text_end")
    await cache.clock.advance(7)
    found = await replies.GetStatistics(replies_pb2.GetStatisticsRequest(), timeout=10)
    assert (found.hits, found.misses, found.follows) == (1, 1, 0)
    assert (found.entries, found.bytes, found.evictions, found.saved_tokens) == (1, 9, 0, 120)
    assert (found.oldest_age.seconds, found.time_to_live.seconds) == (7, 3600)


async def test_a_purge_of_more_than_one_step_takes_all(
    channel: grpc.aio.Channel, replies: replies_pb2_grpc.ReplyServiceStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("parley_cache.purging.AT_ONCE", 2)
    for number in range(5):
        await _answer(channel, str(1000 + number), "text", prompt=f"question {number}")
    done = await replies.Purge(replies_pb2.PurgeRequest(all=replies_pb2.AllReplies()), timeout=10)
    assert done.purged == 5
    again = await Line.opened(channel, "2000", prompt="question 0")
    assert (await again.until("opened")).source == pb.SOURCE_LEAD


async def test_a_reader_in_mid_stream_reads_on_through_a_purge(
    channel: grpc.aio.Channel, replies: replies_pb2_grpc.ReplyServiceStub
) -> None:
    leader, reader = await Line.opened(channel, "1000"), await Line.opened(channel, "1001")
    await leader.say("before ")
    await reader.until_text("before ")
    await replies.Purge(replies_pb2.PurgeRequest(guild_id="10"), timeout=10)
    await leader.say("after", offset=7)
    await leader.finish()
    await reader.until("text_end")
    assert reader.text == "before after"
    assert (await replies.GetStatistics(replies_pb2.GetStatisticsRequest(), timeout=10)).entries == 0


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (replies_pb2.PurgeRequest(), "which"),
        (replies_pb2.PurgeRequest(guild_id="x"), "guild_id"),
        (replies_pb2.PurgeRequest(conversation_id="x" * 65), "conversation_id"),
        (replies_pb2.PurgeRequest(turn_id=""), "turn_id"),
    ],
)
async def test_a_purge_of_nothing_known_is_refused_by_its_field(
    replies: replies_pb2_grpc.ReplyServiceStub, request_: replies_pb2.PurgeRequest, field: str
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await replies.Purge(request_, timeout=10)
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert (refused.value.details() or "").startswith(field)
