"""The engine that runs the `claude` program: a process for each conversation, kept warm."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Final

from typing_extensions import override

from parley_executor.engines import messages_body
from parley_executor.engines.claude_cli import history
from parley_executor.engines.claude_cli.keeper import Keeper
from parley_executor.engines.claude_cli.launch import Key
from parley_executor.engines.claude_cli.pool import Wish
from parley_executor.engines.claude_cli.process import Process
from parley_executor.engines.port import Deadline, Delta, Engine, EngineError, EngineEvent, Finished
from parley_executor.model import Message, Request
from parley_executor.reasons import Reason

NAME: Final = "claude_cli"


class ClaudeCli(Engine):
    """Claude by the `claude` program. The trace of a request goes no further: a running process has its own."""

    name = NAME

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper

    @override
    async def start(self) -> None:
        """Check the program and have a first process ready. That Claude's API answers is not tried: it would cost."""
        await self._keeper.start()

    @override
    def health(self) -> bool:
        return self._keeper.ready

    @override
    async def stream(self, request: Request, deadline: Deadline) -> AsyncGenerator[EngineEvent, None]:
        threads = await _threads(request)
        wish = Wish(_key(request), request.system, threads.before)
        lent = await self._keeper.take(wish, deadline.limit(_now(), begun=False))
        split = history.split(request.messages)
        events = lent.process.ask(split.question, deadline)
        said: list[str] = []
        finished = False
        try:
            if not lent.known:
                await _prepare(lent.process, request.system, split.earlier, deadline)
            async for event in events:
                finished = isinstance(event, Finished)
                if finished:
                    self._keeper.settle(lent, history.answered(threads.asked, "".join(said)), events)
                elif isinstance(event, Delta):
                    said.append(event.text)
                yield event
                if finished:
                    return
        finally:
            if not finished:
                await events.aclose()
                self._keeper.discard(lent)

    @override
    async def close(self, grace: float) -> None:
        await self._keeper.close(grace)


def _key(request: Request) -> Key:
    return Key(request.model, request.effort.value, request.max_output_tokens)


async def _threads(request: Request) -> history.Threads:
    large = messages_body.size(request.messages) >= messages_body.LARGE
    return await asyncio.to_thread(history.threads, request) if large else history.threads(request)


async def _prepare(process: Process, system: tuple[str, ...], earlier: tuple[Message, ...], deadline: Deadline) -> None:
    """Tell a fresh process who it is, unless it was told ahead, and what was said. Raises EngineError."""
    if process.system is None:
        try:
            async with asyncio.timeout_at(deadline.limit(_now(), begun=False)):
                await process.introduce(system)
        except TimeoutError:
            raise EngineError(Reason.TIMED_OUT) from None
    if earlier:
        await process.tell(history.told(earlier), deadline)


def _now() -> float:
    return asyncio.get_running_loop().time()
