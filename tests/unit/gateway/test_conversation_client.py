from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import grpc

from parley.cache.v1 import conversations_pb2 as pb
from parley_gateway.clients.caches import Caches
from parley_gateway.clients.conversations import ConversationClient
from parley_gateway.memory import Forgotten
from parley_kit.interceptors.client import UNARY_SECONDS


class SlowCache:
    """Takes its time, as long as it has; so it does with a member who talked much."""

    def __init__(self, needs: float) -> None:
        self.needs = needs

    def get_state(self) -> grpc.ChannelConnectivity:
        return grpc.ChannelConnectivity.READY

    def unary_unary(self, *_: Any, **__: Any) -> Any:
        return lambda _, timeout=UNARY_SECONDS: self._answer(timeout)

    unary_stream = unary_unary

    async def _answer(self, seconds: float) -> pb.ForgetMemberResponse:
        if seconds < self.needs:
            none = grpc.aio.Metadata()
            raise grpc.aio.AioRpcError(grpc.StatusCode.DEADLINE_EXCEEDED, none, none)
        return pb.ForgetMemberResponse(conversations=800, messages=9000)


async def test_to_forget_all_of_a_member_may_take_seconds() -> None:
    cache = SlowCache(needs=4)
    channels = cast("Any", SimpleNamespace(channel=lambda _: cache))
    client = ConversationClient(Caches(channels, cast("Any", SimpleNamespace(addresses=("cache:1",)))))
    assert await client.forget_member("30") == Forgotten(800, 9000)
