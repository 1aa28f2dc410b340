"""What changes, as Redis publishes it: one subscription, begun anew when it broke, with a word that something may be missing."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import ConnectionError as Lost
from redis.exceptions import RedisError

from parley_cache.store.port import EVERYTHING
from parley_cache.store.redis.names import CHANNEL
from parley_cache.store.redis.pauses import Pauses

BEAT = 1.0
"""After so much silence a ping is sent, and after as much again the connection is given up, in seconds."""

DRAINED = 200
"""Messages that are joined into one item at most."""


async def changes(client: Redis, lost: Callable[[], None]) -> AsyncGenerator[Sequence[str], None]:
    """Yield the subjects that changed; EVERYTHING first, and again after each break, which `lost` is told."""
    pauses = Pauses()
    while True:
        pubsub = client.pubsub()
        try:
            await _subscribe(pubsub)
            pauses = Pauses()
            yield (EVERYTHING,)
            while True:
                yield await _next(pubsub)
        except (RedisError, OSError, TimeoutError):
            lost()
        finally:
            await _leave(pubsub)
        await asyncio.sleep(pauses.next())


async def _subscribe(pubsub: PubSub) -> None:
    async with asyncio.timeout(BEAT):
        await pubsub.subscribe(CHANNEL)
        while (message := await pubsub.get_message(timeout=BEAT)) is None or message["type"] != "subscribe":
            pass


async def _next(pubsub: PubSub) -> Sequence[str]:
    told: dict[str, None] = {}
    silent = 0
    while not told:
        message = await pubsub.get_message(ignore_subscribe_messages=True, timeout=BEAT)
        if message is None:
            silent = await _ping(pubsub, silent)
            continue
        silent = 0
        _note(told, message)
    for _ in range(DRAINED):
        message = await pubsub.get_message(ignore_subscribe_messages=True, timeout=0)
        if message is None:
            break
        _note(told, message)
    return tuple(told)


async def _ping(pubsub: PubSub, silent: int) -> int:
    if silent:
        raise Lost("the subscription is silent")
    await pubsub.ping()
    return silent + 1


def _note(told: dict[str, None], message: dict[str, Any]) -> None:
    if message["type"] == "message":
        told.update(dict.fromkeys(message["data"].decode().split("\n")))


async def _leave(pubsub: PubSub) -> None:
    with contextlib.suppress(RedisError, OSError, TimeoutError):
        async with asyncio.timeout(BEAT):
            await pubsub.aclose()  # type: ignore[no-untyped-call]  # the library does not type it
