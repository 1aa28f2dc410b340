"""A full store over real gRPC: RESOURCE_EXHAUSTED for what is new, everything else goes on."""

import grpc
from support.cache_lines import Line, Start

from parley.cache.v1 import cache_pb2 as pb
from parley.cache.v1 import conversations_pb2, conversations_pb2_grpc, replies_pb2, replies_pb2_grpc


async def _refused(channel: grpc.aio.Channel, turn_id: str) -> tuple[grpc.StatusCode, str]:
    return await (await Line.opened(channel, turn_id, prompt=turn_id)).status()


async def test_turns_beyond_the_bound_are_refused_and_reads_go_on(start: Start) -> None:
    async with start(turns=2) as cache:
        stored = await Line.opened(cache.channel, "900", prompt="stored", conversation=pb.Conversation(id="chat"))
        await stored.say("text")
        await stored.finish()
        await stored.end(shown=4)
        assert await stored.over()
        await cache.clock.advance(1)
        held = [await Line.opened(cache.channel, str(1000 + n), prompt=str(n)) for n in range(2)]
        for line in held:
            await line.until("opened")
        code, details = await _refused(cache.channel, "1002")
        assert (code, details) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "There is no room for another turn now.")
        reader = await Line.opened(cache.channel, "1003", prompt="stored")
        assert (await reader.until("opened")).source == pb.SOURCE_STORED
        conversations = conversations_pb2_grpc.ConversationServiceStub(cache.channel)
        request = conversations_pb2.GetConversationRequest(conversation=pb.Conversation(id="chat"))
        assert (await conversations.GetConversation(request, timeout=10)).messages == 2
        replies = replies_pb2_grpc.ReplyServiceStub(cache.channel)
        assert (await replies.GetStatistics(replies_pb2.GetStatisticsRequest(), timeout=10)).entries == 1
        for line in (*held, reader):
            await line.say("on")
            await line.finish()
            await line.end()
            assert await line.over()
        await cache.clock.advance(1)
        await (await Line.opened(cache.channel, "3000", prompt="new")).until("opened")
