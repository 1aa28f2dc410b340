"""What the benchmarks of the cache stand on: a real Redis, real cache processes on it, and turns as gateways hold them."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import shutil
import socket
import sys
import tempfile
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass

import grpc
from machine import PATIENCE, worked

from parley.cache.v1 import cache_pb2 as pb
from parley.cache.v1 import cache_pb2_grpc

START_SECONDS = 60.0
INSTALL = "apt-get install -y redis-server"


@dataclass(frozen=True, slots=True)
class Stand:
    """Redis's URL, channels to the caches, and the processes whose work counts."""

    url: str
    channels: list[grpc.aio.Channel]
    pids: list[int]

    def cpu_seconds(self) -> float:
        """Return what Redis and the caches have worked so far."""
        return sum(worked(pid) for pid in self.pids)


@contextlib.asynccontextmanager
async def standing(caches: int = 1) -> AsyncIterator[Stand]:
    """Run a Redis that keeps nothing on disk, and caches on it."""
    if shutil.which("redis-server") is None:
        raise SystemExit(f"redis-server is not installed: {INSTALL}")
    async with contextlib.AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder]
        redis = await stack.enter_async_context(_process("redis-server", *options))
        url = f"redis://127.0.0.1:{port}/0"
        started = [await stack.enter_async_context(_cache(url)) for _ in range(caches)]
        channels = [await stack.enter_async_context(grpc.aio.insecure_channel(address)) for _, address in started]
        yield Stand(url, channels, [redis.pid, *(process.pid for process, _ in started)])


@contextlib.asynccontextmanager
async def _process(*words: str, **environment: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        *words, env={**os.environ, **environment}, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.kill()
        await process.wait()


@contextlib.asynccontextmanager
async def _cache(url: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    settings = {"LISTEN": "127.0.0.1:0", "METRICS_LISTEN": "127.0.0.1:0", "REDIS_URL": url, "SETTLE": "0"}
    environment = PATIENCE | {f"PARLEY_CACHE_{name}": value for name, value in settings.items()}
    async with _process(sys.executable, "-m", "parley_cache", **environment) as process:
        assert process.stdout is not None
        async with asyncio.timeout(START_SECONDS):
            address = json.loads(await process.stdout.readline())["serves"]
            await _ready(address)
        yield process, address


async def _ready(address: str) -> None:
    async with grpc.aio.insecure_channel(address) as channel:
        while True:
            line = Line(channel, next_id(), conversation="ready")
            with contextlib.suppress(grpc.aio.AioRpcError):
                await line.whole("ready")
                return
            await asyncio.sleep(0.05)


_ids = itertools.count(1_000_000)


def next_id() -> str:
    """Return a turn's id that was never used."""
    return str(next(_ids))


class Line:
    """One held turn."""

    def __init__(
        self, channel: grpc.aio.Channel, turn_id: str, *, prompt: str = "What is a log?", conversation: str = ""
    ) -> None:
        self._call = cache_pb2_grpc.TurnServiceStub(channel).HoldTurn()
        self._open = pb.Open(
            turn_id=turn_id,
            conversation=pb.Conversation(id=conversation or f"own-{turn_id}"),
            origin=pb.Origin(
                kind=pb.ORIGIN_KIND_MESSAGE, guild_id="10", channel_id="20", message_id=turn_id, author_id=turn_id
            ),
            prompt=prompt,
            model="claude-sonnet-5",
            parameters=pb.Parameters(max_output_tokens=1024),
            cache_policy=pb.CachePolicy(mode=pb.CACHE_MODE_USE if not conversation else pb.CACHE_MODE_NEVER),
            holder="bench",
            reads_more=True,
        )
        self._words: deque[pb.HoldTurnResponse] = deque()

    async def open(self) -> None:
        """Ask for the turn."""
        await self._call.write(pb.HoldTurnRequest(open=self._open))

    async def until(self, kind: str) -> pb.HoldTurnResponse:
        """Read to a word of this kind."""
        while (word := await self._next()) is not None:
            if word.WhichOneof("event") == kind:
                return word
        raise AssertionError(f"no {kind}: {await self._call.code()}")

    async def _next(self) -> pb.HoldTurnResponse | None:
        if not self._words:
            message = await self._call.read()
            if not isinstance(message, pb.HoldTurnResponse):
                return None
            self._words += (message, *message.more)
        return self._words.popleft()

    async def say(self, text: str, offset: int = 0) -> None:
        """Produce text."""
        await self._call.write(pb.HoldTurnRequest(text=pb.Text(attempt=1, offset=offset, text=text)))

    async def finish(self) -> None:
        """Close the log."""
        await self._call.write(pb.HoldTurnRequest(text_end=pb.TextEnd(attempt=1, stop_reason="end_turn")))

    async def end(self) -> None:
        """Commit the turn and wait for the word."""
        await self._call.write(pb.HoldTurnRequest(end=pb.End(outcome=pb.OUTCOME_ANSWERED, shown_offset=1_000_000)))
        await self.until("committed")
        self._call.cancel()

    async def whole(self, answer: str) -> None:
        """Lead a turn from its beginning to its end."""
        await self.open()
        await self.until("opened")
        await self.say(answer)
        await self.finish()
        await self.end()
