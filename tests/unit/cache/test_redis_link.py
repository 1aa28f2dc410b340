"""The one connection to Redis, against a server that answers when the test says so."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import cast

import pytest
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import ConnectionError as Lost
from typing_extensions import override

from parley_cache.store.redis.link import Link
from parley_kit.faults import Unavailable


class Connection:
    """As much of a connection as the link uses; it answers every call with the same, or late with what it is told."""

    def __init__(self, answer: bytes | None) -> None:
        self._answer = answer
        self._answers: asyncio.Queue[bytes] = asyncio.Queue()

    async def send_packed_command(self, commands: Sequence[bytes]) -> None:
        for _ in commands:
            if self._answer is not None:
                self.say(self._answer)

    async def read_response(self) -> bytes:
        return await self._answers.get()

    async def disconnect(self) -> None:
        """There is nothing to leave."""

    def say(self, found: bytes) -> None:
        self._answers.put_nowait(found)


async def test_an_answer_that_comes_too_late_is_not_taken_for_that_of_the_next_call() -> None:
    """Who was told that Redis is silent asks again at once, while the connection is being given up."""
    connections = [slow := Connection(None), Connection(b"second")]

    async def connect() -> AbstractConnection:
        return cast("AbstractConnection", connections.pop(0))

    link = Link(connect, 0.05, lambda _up: None)
    running = asyncio.create_task(link.run())
    try:
        await link.ready()
        with pytest.raises(Unavailable, match="does not answer"):
            await link.ask(["FIRST"])
        slow.say(b"first")
        assert await link.ask(["SECOND"]) == b"second"
    finally:
        running.cancel()
        await asyncio.wait([running])


class Broken(Connection):
    """A connection that ends as soon as it is there."""

    @override
    async def read_response(self) -> bytes:
        raise Lost


async def test_after_a_loss_an_address_that_is_silent_does_not_end_the_link() -> None:
    """A Redis that went away leaves an address at which nothing answers, until its successor is there."""
    silent = asyncio.Event()
    answers = [Broken(None), None, Connection(b"pong")]

    async def connect() -> AbstractConnection:
        connection = answers.pop(0)
        if connection is None:
            silent.set()
            async with asyncio.timeout(0):
                await asyncio.Event().wait()
        return cast("AbstractConnection", connection)

    link = Link(connect, 0.05, lambda _up: None)
    running = asyncio.create_task(link.run())
    try:
        await silent.wait()
        while not link.is_up or answers:
            assert not running.done()
            await asyncio.sleep(0.01)
        assert await link.ask(["PING"]) == b"pong"
        assert running.cancelling() == 0, "Python before 3.11.3 ends a task so marked at its next timeout"
    finally:
        running.cancel()
        await asyncio.wait([running])
