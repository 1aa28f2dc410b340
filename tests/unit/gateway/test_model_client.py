from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, cast

import grpc
import pytest

from parley.executor.v1 import executor_pb2 as pb
from parley_gateway.clients.models import AGAIN_SECONDS, ASK_SECONDS, FRESH_SECONDS, ModelClient
from parley_gateway.model import Model
from parley_kit.channel import Channels
from parley_kit.clock import ManualClock

FLOWER = pb.Model(id="claude-flower-5", display_name="Claude Flower 5", aliases=["flower"])


class Executors:
    """So many of them; those of `well` answer, the others let everybody wait."""

    def __init__(self, many: int, *well: int) -> None:
        self.clock, self.asked = ManualClock(), 0
        self._well = {str(number) for number in well}
        addresses = [str(number) for number in range(many)]
        self.models = ModelClient(cast("Channels", self), lambda: addresses, self.clock)

    def channel(self, address: str) -> Any:
        return _Channel(lambda seconds: self._answer(address, seconds))

    async def _answer(self, address: str, seconds: float) -> pb.ListModelsResponse:
        self.asked += 1
        if address in self._well:
            return pb.ListModelsResponse(models=[FLOWER])
        await self.clock.advance(seconds)
        none = grpc.aio.Metadata()
        raise grpc.aio.AioRpcError(grpc.StatusCode.DEADLINE_EXCEEDED, none, none)


class _Channel:
    def __init__(self, answer: Callable[[float], Awaitable[pb.ListModelsResponse]]) -> None:
        self._answer = answer

    def unary_unary(self, *_: Any, **__: Any) -> Any:
        return lambda _, timeout: self._answer(timeout)

    unary_stream = unary_unary


async def test_one_that_answers_is_enough_and_for_a_while() -> None:
    executors = Executors(3, 1, 2)
    for _ in range(2):
        assert await executors.models.list() == (Model("claude-flower-5", "Claude Flower 5", ("flower",)),)
    assert executors.asked == 2
    await executors.clock.advance(FRESH_SECONDS + 1)
    await executors.models.list()
    assert executors.asked == 4


async def test_many_that_hang_keep_a_member_waiting_no_longer_than_one() -> None:
    executors = Executors(20)
    assert await executors.models.list() == ()
    assert executors.clock.monotonic() == pytest.approx(ASK_SECONDS)
    asked = executors.asked
    await executors.models.list()
    assert executors.asked == asked, "each letter that is typed would wait as long"
    await executors.clock.advance(AGAIN_SECONDS + 1)
    await executors.models.list()
    assert executors.asked > asked
