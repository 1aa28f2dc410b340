"""Asks Claude in a process of its own, so that its work can be told from the rest: by our engine, or by the official SDK.

`python executor_client.py WAY BASE_URL` reads a job a line (JSON) and answers with a line. All times are those of the
machine's monotonic clock, the same that the loopback Claude writes into its records.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any, Protocol

import orjson
from typing_extensions import override

from parley_executor.engines.messages_api import Access, MessagesApi
from parley_executor.engines.port import Deadline, Delta
from parley_executor.model import Message, Request, Role, Text
from parley_kit.clock import SystemClock

KEY = "sk-ant-loopback"
MODEL = "claude-sonnet-5"
MOST_TOKENS = 4096
CONNECTIONS = 512
SECONDS = 120.0


class Way(Protocol):
    """One way to ask."""

    def pieces(self, question: str) -> AsyncIterator[str]:
        """Yield what Claude says."""
        ...

    async def start(self) -> None:
        """Open a connection, where that is its way."""
        return

    async def close(self) -> None:
        """Leave no connection."""
        ...


class Engine(Way):
    """The executor's own."""

    def __init__(self, base_url: str) -> None:
        self._engine = MessagesApi(Access(base_url, KEY, CONNECTIONS, headers_limit=SECONDS), SystemClock())

    @override
    async def pieces(self, question: str) -> AsyncIterator[str]:
        now = asyncio.get_running_loop().time()
        message = Message(Role.USER, (Text(question),))
        request = Request("turn", "conversation", MODEL, (), (message,), MOST_TOKENS)
        deadline = Deadline(first_text=now + SECONDS, end=now + SECONDS, gap=SECONDS)
        async with aclosing(self._engine.stream(request, deadline)) as events:
            async for event in events:
                if isinstance(event, Delta):
                    yield event.text

    @override
    async def start(self) -> None:
        await self._engine.start()

    @override
    async def close(self) -> None:
        await self._engine.close(0)


class Sdk(Way):
    """`create(stream=True)`, the faster of the SDK's two."""

    def __init__(self, base_url: str) -> None:
        from anthropic import AsyncAnthropic  # noqa: PLC0415 — a second and 50 MB that the other way does not pay

        self._client = AsyncAnthropic(api_key=KEY, base_url=base_url, max_retries=0, timeout=SECONDS)

    @override
    async def pieces(self, question: str) -> AsyncIterator[str]:
        stream = await self._client.messages.create(
            model=MODEL, max_tokens=MOST_TOKENS, messages=[{"role": "user", "content": question}], stream=True
        )
        async with stream:
            async for event in stream:
                if event.type == "content_block_delta" and event.delta.type == "text_delta":
                    yield event.delta.text

    @override
    async def close(self) -> None:
        await self._client.close()


async def ask(way: Way, question: str) -> dict[str, Any]:
    """Read a whole reply: when it was asked for, when its first text came, when it ended."""
    loop = asyncio.get_running_loop()
    asked, first, pieces = loop.time(), 0.0, 0
    async for _ in way.pieces(question):
        first = first or loop.time()
        pieces += 1
    return {"asked": asked, "first": first, "ended": loop.time(), "pieces": pieces}


async def leave(way: Way, question: str) -> dict[str, Any]:
    """Cancel who reads a reply, once its first text is there: when that was."""
    begun = asyncio.Event()

    async def read() -> None:
        async for _ in way.pieces(question):
            begun.set()

    reading = asyncio.create_task(read())
    await begun.wait()
    left = asyncio.get_running_loop().time()
    reading.cancel()
    await asyncio.wait([reading])
    return {"left": left}


async def work(way: Way, job: dict[str, Any]) -> dict[str, Any]:
    """Do a job `count` times at once; `cpu`: what this process has worked for it, in seconds."""
    act = {"ask": ask, "leave": leave}[job["act"]]
    before = _worked()
    done = await asyncio.gather(*(act(way, job["question"]) for _ in range(job["count"])))
    return {"done": done, "cpu": _worked() - before}


def _worked() -> float:
    used = os.times()
    return used.user + used.system


async def main(name: str, base_url: str) -> None:
    """Work until the jobs end."""
    way: Way = Engine(base_url) if name == "engine" else Sdk(base_url)
    await way.start()
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        sys.stdout.buffer.write(orjson.dumps(await work(way, orjson.loads(line)), option=orjson.OPT_APPEND_NEWLINE))
        sys.stdout.buffer.flush()
    await way.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
