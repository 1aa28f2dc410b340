"""C1: what does a stored answer cost, from the gateway's request over the cache and Redis to its whole text? LiteLLM comes later; a bare GET is the limit."""

from __future__ import annotations

import asyncio
import itertools
import time

from cache_stand import Line, Stand, next_id, standing
from machine import ForeignLoad
from redis.asyncio import Redis
from table import Row, percentile

ANSWER = "a" * 1000
ROUNDS = 5
EACH = 60
CALLERS = 32
HITS = 1500
GOAL_TIMES = 8.0


async def hit(stand: Stand) -> float:
    """Return the seconds until a stored answer is there; the turn is ended outside of them."""
    line = Line(stand.channels[0], next_id())
    began = time.perf_counter()
    await line.open()
    await line.until("text_end")
    took = time.perf_counter() - began
    await line.end()
    return took


async def get(client: Redis) -> float:
    """Return the seconds of one GET of as many bytes."""
    began = time.perf_counter()
    await client.get("bench")
    return time.perf_counter() - began


async def _many(stand: Stand) -> tuple[float, float]:
    """Return hits a second by many callers, and the CPU milliseconds of cache and Redis for each."""
    left = itertools.repeat(None, HITS)

    async def caller() -> None:
        for _ in left:
            await hit(stand)

    worked, began = stand.cpu_seconds(), time.perf_counter()
    async with asyncio.TaskGroup() as tasks:
        for _ in range(CALLERS):
            tasks.create_task(caller())
    return HITS / (time.perf_counter() - began), 1000 * (stand.cpu_seconds() - worked) / HITS


async def measure() -> list[Row]:
    """Ask by turns for a stored answer and for a bare value."""
    hits: list[float] = []
    gets: list[float] = []
    with ForeignLoad() as load:
        async with standing() as stand:
            client = Redis.from_url(stand.url)
            await client.set("bench", ANSWER)
            await Line(stand.channels[0], next_id()).whole(ANSWER)
            for _ in range(ROUNDS):
                hits += [await hit(stand) for _ in range(EACH)]
                gets += [await get(client) for _ in range(EACH)]
            rate, cpu = await _many(stand)
            await client.aclose()
    one, bare = 1000 * percentile(hits, 0.5), 1000 * percentile(gets, 0.5)
    limit = "redis-py GET, the limit"
    return [
        Row("C1", "a stored answer, whole text, p50, ms", one, limit, bare, one / bare,
            f"≤ {GOAL_TIMES:.0f} ×", one <= GOAL_TIMES * bare, load.share),
        Row("C1", f"stored answers a second, {CALLERS} callers, with their ends", rate, "LiteLLM with Redis, published",
            150.0, rate / 150.0, "≥ 8 ×", rate >= 8 * 150.0, load.share),
        Row("C1", "CPU of cache and Redis a stored answer and its end, ms", cpu, "LiteLLM with Redis, published",
            11.1, cpu / 11.1, "≤ 1/8", cpu <= 11.1 / 8, load.share),
    ]  # fmt: skip
