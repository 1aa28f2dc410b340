"""ListDirectChannels over real gRPC."""

import grpc
import pytest
from google.protobuf.duration_pb2 import Duration
from support.cache_lines import CacheBench, Line, open_request

from parley.cache.v1 import cache_pb2 as pb
from parley.cache.v1 import cache_pb2_grpc


async def _ask(cache: CacheBench, turn_id: str, channel_id: str) -> None:
    request = open_request(turn_id)
    request.open.origin.guild_id, request.open.origin.channel_id = "", channel_id
    line = Line(cache.channel)
    await line.send(request)
    await line.until("opened")


async def _listed(channel: grpc.aio.Channel, seconds: int, most: int = 0) -> list[str]:
    wish = pb.ListDirectChannelsRequest(within=Duration(seconds=seconds), most=most)
    found = await cache_pb2_grpc.TurnServiceStub(channel).ListDirectChannels(wish, timeout=10)
    return list(found.channel_ids)


async def test_direct_channels_are_listed_the_last_first(cache: CacheBench) -> None:
    for number in range(60):
        await _ask(cache, str(1000 + number), str(100 + number))
        await cache.clock.advance(1)
    await (await Line.opened(cache.channel, "2000")).until("opened")
    newest_first = [str(100 + number) for number in reversed(range(60))]
    assert await _listed(cache.channel, 24 * 3600) == newest_first[:50]
    assert await _listed(cache.channel, 24 * 3600, most=200) == newest_first
    assert await _listed(cache.channel, 3) == newest_first[:3]


@pytest.mark.parametrize(
    ("seconds", "most", "field"), [(0, 1, "within"), (24 * 3600 + 1, 1, "within"), (1, 201, "most")]
)
async def test_what_is_too_much_is_refused_by_its_field(
    channel: grpc.aio.Channel, seconds: int, most: int, field: str
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await _listed(channel, seconds, most)
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert (refused.value.details() or "").startswith(field)
