"""C1: what does a stored answer cost, from the gateway's request over the cache and Redis to its whole text?

The rival is LiteLLM's proxy with the same Redis and two workers, in the same rounds; the limit is a bare GET.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import math
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

from cache_stand import Line, Stand, next_id, standing
from litellm_rival import CannotInstallError, Rival, rival
from machine import ForeignLoad, worked
from redis.asyncio import Redis
from table import Row, percentile

ANSWER = "a" * 1000
ROUNDS = 5
EACH = 60
CALLERS = 32
HITS = 300
RIVAL_HITS = 60
GOAL_TIMES = 8.0
EIGHTH = 1 / 8


@dataclass(slots=True)
class Side:
    """Who answers: `ask` returns the seconds of one answer, `cpu` all that it worked so far."""

    ask: Callable[[], Awaitable[float]]
    cpu: Callable[[], float]
    many: int
    seconds: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    work: list[float] = field(default_factory=list)

    async def round(self) -> None:
        """Ask one after the other, then by many callers at once."""
        self.seconds += [await self.ask() for _ in range(EACH)]
        left, worked_before, began = itertools.repeat(None, self.many), self.cpu(), time.perf_counter()

        async def caller() -> None:
            for _ in left:
                await self.ask()

        async with asyncio.TaskGroup() as tasks:
            for _ in range(CALLERS):
                tasks.create_task(caller())
        self.rates.append(self.many / (time.perf_counter() - began))
        self.work.append(1000 * (self.cpu() - worked_before) / self.many)

    @property
    def figures(self) -> tuple[float, float, float]:
        """Milliseconds of the median answer, answers a second, CPU milliseconds of one: medians of the rounds."""
        return 1000 * percentile(self.seconds, 0.5), percentile(self.rates, 0.5), percentile(self.work, 0.5)


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


@contextlib.asynccontextmanager
async def _rival(stand: Stand) -> AsyncIterator[Rival | str]:
    """Run the rival, or say why there is none."""
    async with contextlib.AsyncExitStack() as stack:
        try:
            found: Rival | str = await stack.enter_async_context(rival(stand))
        except CannotInstallError as reason:
            found = f"LiteLLM cannot be installed here: {reason}"
        yield found


async def _rounds(stand: Stand, other: Rival | str) -> tuple[Side, Side | None, list[float]]:
    """Ask all by turns, in the order A B … B A."""
    own, their = Side(lambda: hit(stand), stand.cpu_seconds, HITS), None
    if isinstance(other, Rival):
        redis = stand.pids[0]
        their = Side(other.ask, lambda: other.cpu_seconds() + worked(redis), RIVAL_HITS)
    client, gets = Redis.from_url(stand.url), list[float]()
    await client.set("bench", ANSWER)
    for number in range(ROUNDS):
        for side in (own, their)[:: 1 if number % 2 else -1]:
            if side is not None:
                await side.round()
        gets += [await get(client) for _ in range(EACH)]
    await client.aclose()
    return own, their, gets


async def measure() -> list[Row]:
    """Ask by turns for a stored answer, at both, and for a bare value."""
    with ForeignLoad() as load:
        async with standing() as stand, _rival(stand) as other:
            await Line(stand.channels[0], next_id()).whole(ANSWER)
            own, their, gets = await _rounds(stand, other)
            load.kin = other.kin_seconds() if isinstance(other, Rival) else 0.0
    (one, rate, cpu), bare = own.figures, 1000 * percentile(gets, 0.5)
    limit = Row("C1", "a stored answer, whole text, p50, ms", one, "redis-py GET, the limit", bare, one / bare,
                f"≤ {GOAL_TIMES:.0f} ×", one <= GOAL_TIMES * bare, load.share)  # fmt: skip
    name = "LiteLLM with Redis, 2 workers" if their is not None else str(other)
    its, its_rate, its_cpu = their.figures if their is not None else (math.nan,) * 3
    return [
        limit,
        Row("C1", "a stored answer, whole text, p50, ms", one, name, its, one / its, "≤ 1/8",
            one <= EIGHTH * its, load.share),
        Row("C1", f"stored answers a second, {CALLERS} callers, with their ends", rate, name, its_rate,
            rate / its_rate, "≥ 8 ×", rate >= GOAL_TIMES * its_rate, load.share),
        Row("C1", "CPU of cache and Redis a stored answer and its end, ms", cpu, name, its_cpu, cpu / its_cpu,
            "≤ 1/8", cpu <= EIGHTH * its_cpu, load.share),
    ]  # fmt: skip
