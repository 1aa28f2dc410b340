"""Engines as tests make them: the real ones, and one whose streams are written beforehand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from typing import Any

from typing_extensions import override

from parley_executor.engines.claude_cli.engine import ClaudeCli
from parley_executor.engines.claude_cli.keeper import Keeper, PoolWatch
from parley_executor.engines.claude_cli.launch import Key, Launch
from parley_executor.engines.claude_cli.pool import Limits, Pool, Why
from parley_executor.engines.messages_api import Access, MessagesApi
from parley_executor.engines.port import Deadline, Delta, Engine, EngineError, EngineEvent, Finished, Started
from parley_executor.model import ModelCard, Request, Usage
from parley_executor.reasons import Reason
from parley_executor.sizing import MIB
from parley_kit.clock import SystemClock

STARTED = Started("claude-sonnet-5", "msg_1")
FINISHED = Finished("end_turn", Usage(input_tokens=1, output_tokens=2, cache_read_tokens=3, cache_write_tokens=4))
SILENCE = None
"""In a script: nothing more comes, until somebody closes the stream."""

Script = Sequence[EngineEvent | EngineError | None]


class Scripted(Engine):
    """Plays one script a stream; `open` streams, all `streams`, and what they were asked."""

    name = "scripted"
    cards = (ModelCard("claude-sonnet-5", "Claude Sonnet 5"),)

    def __init__(self, *scripts: Script) -> None:
        self.scripts = list(scripts)
        self.open = self.streams = 0
        self.asked: list[tuple[Request, Deadline]] = []

    @override
    async def start(self) -> None:
        raise EngineError(Reason.CONNECT)

    @override
    def health(self) -> bool:
        return False

    @override
    async def models(self) -> Sequence[ModelCard]:
        return self.cards

    @override
    async def stream(self, request: Request, deadline: Deadline) -> AsyncGenerator[EngineEvent, None]:
        self.asked.append((request, deadline))
        self.streams += 1
        self.open += 1
        try:
            for event in self.scripts.pop(0):
                if isinstance(event, EngineError):
                    raise event
                if event is None:
                    await asyncio.Event().wait()
                else:
                    yield event
        finally:
            self.open -= 1

    @override
    async def close(self, grace: float) -> None:
        self.scripts.clear()


def deltas(*texts: str) -> list[Any]:
    """Say these pieces of text."""
    return [Delta(text) for text in texts]


def messages_api(base_url: str, *, headers_limit: float = 5.0, proxy: str | None = None) -> MessagesApi:
    """Make the engine on the Messages API at a loopback address."""
    access = Access(base_url, api_key="sk-ant-loopback", connections=64, headers_limit=headers_limit, proxy=proxy)
    return MessagesApi(access, SystemClock())


LIMITS = Limits(processes=4, spares=1, starts=2, idle=300.0, spare_age=1800.0, turns=50, resident_bytes=300 * MIB)


class PoolRecord(PoolWatch):
    """Keeps what it was told, in its order."""

    def __init__(self) -> None:
        self.starts: list[float] = []
        self.failures: list[EngineError] = []
        self.takes: list[str] = []
        self.ends: list[Why] = []

    @override
    def spawned(self, seconds: float) -> None:
        self.starts.append(seconds)

    @override
    def not_spawned(self, error: EngineError) -> None:
        self.failures.append(error)

    @override
    def taken(self, how: str) -> None:
        self.takes.append(how)

    @override
    def ended(self, why: Why) -> None:
        self.ends.append(why)


def claude_cli(launch: Launch, record: PoolRecord | None = None, **limits: Any) -> ClaudeCli:
    """Make the engine on the `claude` program; its first process is for the questions of `support.conversations`."""
    key = Key("claude-sonnet-5", "", 1024)
    return ClaudeCli(Keeper(launch, Pool(replace(LIMITS, **limits), key), key, record or PoolRecord()))
