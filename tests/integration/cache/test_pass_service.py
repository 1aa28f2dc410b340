"""PassService over real gRPC."""

import grpc
import pytest
from google.protobuf.duration_pb2 import Duration
from support.cache_lines import CacheBench

from parley.cache.v1 import passes_pb2 as pb
from parley.cache.v1 import passes_pb2_grpc

Stub = passes_pb2_grpc.PassServiceStub


@pytest.fixture
def passes(channel: grpc.aio.Channel) -> Stub:
    return passes_pb2_grpc.PassServiceStub(channel)


def _wish(key: str = "identify:0", seconds: int = 5, nanos: int = 0) -> pb.TakePassRequest:
    return pb.TakePassRequest(key=key, every=Duration(seconds=seconds, nanos=nanos))


async def test_passes_are_spaced_over_the_wire(cache: CacheBench, passes: Stub) -> None:
    first, second = [await passes.TakePass(_wish(), timeout=10) for _ in range(2)]
    assert not first.HasField("wait")
    assert second.wait.ToTimedelta().total_seconds() == 5
    await cache.clock.advance(8)
    assert (await passes.TakePass(_wish(), timeout=10)).wait.ToTimedelta().total_seconds() == 2


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        (_wish(key=""), "key"),
        (_wish(key="k" * 65), "key"),
        (_wish(seconds=0), "every"),
        (_wish(seconds=60, nanos=1), "every"),
        (_wish(seconds=-1), "every"),
        (pb.TakePassRequest(key="k"), "every"),
    ],
)
async def test_what_cannot_be_spaced_is_refused_by_its_field(
    passes: Stub, wish: pb.TakePassRequest, field: str
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await passes.TakePass(wish, timeout=10)
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert (refused.value.details() or "").startswith(field)
