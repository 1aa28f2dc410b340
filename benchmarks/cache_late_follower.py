"""C3: how soon does who asks late see all that was said so far, and in how many messages?"""

from __future__ import annotations

import time

from cache_stand import Line, Stand, next_id, standing
from machine import ForeignLoad
from redis.asyncio import Redis
from table import Row, percentile

PREFIX = "so far " * 1000
LATE = 150
GOAL_MS = 2.0


async def join(stand: Stand) -> tuple[float, int]:
    """Return the seconds until the first text is there, and how much of the prefix it has."""
    line = Line(stand.channels[1], next_id())
    began = time.perf_counter()
    await line.open()
    text = (await line.until("text")).text.text
    took = time.perf_counter() - began
    await line.end()
    return took, len(text)


async def get(client: Redis) -> float:
    """Return the seconds of a GET of as many bytes."""
    began = time.perf_counter()
    await client.get("bench")
    return time.perf_counter() - began


async def measure() -> list[Row]:
    """Lead at one cache, join at another."""
    with ForeignLoad() as load:
        async with standing(caches=2) as stand:
            client = Redis.from_url(stand.url)
            await client.set("bench", PREFIX)
            leader = Line(stand.channels[0], next_id())
            await leader.open()
            await leader.until("opened")
            await leader.say(PREFIX)
            joined = [await join(stand) for _ in range(LATE)]
            bare = 1000 * percentile([await get(client) for _ in range(LATE)], 0.5)
            await client.aclose()
    first = 1000 * percentile([took for took, _ in joined], 0.5)
    whole = sum(length == len(PREFIX) for _, length in joined) / LATE
    return [
        Row("C3", "late follower at another cache, first byte, p50, ms", first, "redis-py GET of the prefix, the limit",
            bare, first / bare, f"≤ {GOAL_MS:.0f} ms", first <= GOAL_MS, load.share),
        Row("C3", "share of late followers whose first message has the whole prefix", whole, "all", 1.0, whole,
            "1", whole == 1.0, load.share),
    ]  # fmt: skip
