"""Held turns over real gRPC, as a gateway's client has them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

import grpc
from support.services import Running

from parley.cache.v1 import cache_pb2 as pb
from parley.cache.v1 import cache_pb2_grpc
from parley_cache.settings import CacheSettings
from parley_kit.clock import ManualClock

SECONDS = 5.0


@dataclass
class CacheBench:
    """A cache that listens, a channel to it, and its time."""

    service: Running[CacheSettings]
    channel: grpc.aio.Channel
    clock: ManualClock

    async def pass_lease(self) -> None:
        """Let all leases run out that nobody renews meanwhile."""
        await self.clock.advance(16)


Start = Callable[..., AbstractAsyncContextManager[CacheBench]]


def open_request(turn_id: str = "1000", prompt: str = "What is a log?", **more: Any) -> pb.HoldTurnRequest:
    """A question in a conversation of its own whose answer may be shared in the guild."""
    message = pb.Open(
        turn_id=turn_id,
        conversation=pb.Conversation(id=f"own-{turn_id}"),
        origin=pb.Origin(
            kind=pb.ORIGIN_KIND_MESSAGE,
            guild_id="10",
            channel_id="20",
            message_id=turn_id,
            author_id="30",
            author_name="Ada",
            locale="en-GB",
        ),
        prompt=prompt,
        model="claude-sonnet-5",
        system_prompt="Be brief.",
        parameters=pb.Parameters(max_output_tokens=1024),
        cache_policy=pb.CachePolicy(mode=pb.CACHE_MODE_USE),
        holder=more.pop("holder", "gateway-1"),
    )
    message.MergeFrom(pb.Open(**more))
    return pb.HoldTurnRequest(open=message)


class Line:
    """One HoldTurn stream."""

    def __init__(self, channel: grpc.aio.Channel, *, timeout: float | None = None) -> None:
        self.call = cache_pb2_grpc.TurnServiceStub(channel).HoldTurn(timeout=timeout)
        self.text = ""
        self._words: deque[pb.HoldTurnResponse] = deque()

    @classmethod
    async def opened(cls, channel: grpc.aio.Channel, turn_id: str = "1000", **more: Any) -> Line:
        """Open a turn and send what begins it."""
        line = cls(channel)
        await line.send(open_request(turn_id, **more))
        return line

    @classmethod
    async def adopted(cls, channel: grpc.aio.Channel, orphan: pb.Orphan, holder: str = "gateway-2") -> Line:
        """Adopt an orphan."""
        line = cls(channel)
        adopt = pb.Adopt(turn_id=orphan.open.turn_id, lease=orphan.lease, holder=holder)
        await line.send(pb.HoldTurnRequest(adopt=adopt))
        return line

    async def send(self, request: pb.HoldTurnRequest) -> None:
        async with asyncio.timeout(SECONDS):
            await self.call.write(request)

    async def read(self) -> pb.HoldTurnResponse | None:
        """Return the next word; None at the end."""
        if not self._words:
            message = await self.message()
            if message is None:
                return None
            self._words += (message, *message.more)
        return self._words.popleft()

    async def message(self) -> pb.HoldTurnResponse | None:
        """Return the next message with all its words; None at the end."""
        async with asyncio.timeout(SECONDS):
            message = await self.call.read()
        return message if isinstance(message, pb.HoldTurnResponse) else None

    async def until(self, kind: str) -> Any:
        """Read on to a word of this kind, gathering text on the way."""
        while (word := await self.read()) is not None:
            said = word.WhichOneof("event")
            if said == "restarted":
                self.text = ""
            if said == "text":
                assert word.text.offset <= len(self.text), "a gap"
                self.text = self.text[: word.text.offset] + word.text.text
            if said == kind:
                return getattr(word, kind)
        raise AssertionError(f"the stream ended before {kind}: {await self.call.code()}")

    async def until_text(self, text: str) -> None:
        """Read on until so much is there."""
        while self.text != text:
            await self.until("text")

    async def say(self, text: str, offset: int = 0, attempt: int = 1) -> None:
        await self.send(pb.HoldTurnRequest(text=pb.Text(attempt=attempt, offset=offset, text=text)))

    async def finish(self, attempt: int = 1, **result: Any) -> None:
        if not result.keys() & {"stopped", "error"}:
            result.setdefault("stop_reason", "end_turn")
        end = pb.TextEnd(attempt=attempt, **result)
        await self.send(pb.HoldTurnRequest(text_end=end))

    async def end(self, outcome: pb.Outcome.ValueType = pb.OUTCOME_ANSWERED, shown: int = 1_000_000) -> None:
        await self.send(pb.HoldTurnRequest(end=pb.End(outcome=outcome, shown_offset=shown)))

    async def keep(self, number: int) -> None:
        """Renew without reading the answer yet."""
        await self.send(pb.HoldTurnRequest(renew=pb.Renew(number=number)))

    async def renew(self, number: int) -> pb.Renewed:
        """Renew and return the answer; what is said before it is passed over."""
        await self.keep(number)
        while (renewed := await self.until("renewed")).number != number:
            pass
        return pb.Renewed.FromString(renewed.SerializeToString())

    async def status(self) -> tuple[grpc.StatusCode, str]:
        """Read to the end; return how it ended."""
        try:
            while await self.read() is not None:
                pass
        except grpc.aio.AioRpcError as error:
            return error.code(), error.details() or ""
        async with asyncio.timeout(SECONDS):
            return await self.call.code(), await self.call.details() or ""

    async def over(self) -> bool:
        """Whether the stream ends in good order."""
        return (await self.status())[0] is grpc.StatusCode.OK
