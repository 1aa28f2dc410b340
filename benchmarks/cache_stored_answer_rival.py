"""C1: what does a stored answer cost beside LiteLLM's, both on the same Redis, two workers each, asked in turns?

Parley's turn is held: a hit is its whole text, and its end is written too. Its callers speak gRPC, LiteLLM's HTTP.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable

from cache_stand import Line, Stand, next_id, standing
from litellm_proxy import WORKERS, Proxy, UnavailableError, proxy
from machine import ForeignLoad
from table import Row, percentile

ANSWER = "a" * 1000
ROUNDS = 5
EACH = 30
CALLERS = 32
HITS = 300
GOAL_TIMES = 8.0

Hit = Callable[[], Awaitable[float]]


async def _ours(stand: Stand, turn: itertools.count[int]) -> float:
    line = Line(stand.channels[next(turn) % len(stand.channels)], next_id())
    began = time.perf_counter()
    await line.open()
    await line.until("text_end")
    took = time.perf_counter() - began
    await line.end()
    return took


async def burst(hit: Hit) -> float:
    """Return hits a second by many callers."""
    left = itertools.repeat(None, HITS)

    async def caller() -> None:
        for _ in left:
            await hit()

    began = time.perf_counter()
    async with asyncio.TaskGroup() as tasks:
        for _ in range(CALLERS):
            tasks.create_task(caller())
    return HITS / (time.perf_counter() - began)


async def costs(hit: Hit, cpu: Callable[[], float]) -> tuple[list[float], float, float]:
    """Return the seconds of single hits, hits a second by many callers, and CPU milliseconds of each of those."""
    single = [await hit() for _ in range(EACH)]
    worked = cpu()
    rate = await burst(hit)
    return single, rate, 1000 * (cpu() - worked) / HITS


async def _rounds(stand: Stand, rival: Proxy) -> tuple[list[tuple[list[float], float, float]], ...]:
    """Measure both by turns."""
    turn = itertools.count()
    redis = Stand(stand.url, [], stand.pids[:1])
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(await costs(lambda: _ours(stand, turn), stand.cpu_seconds))
        theirs.append(await costs(rival.hit, lambda: rival.cpu_seconds() + redis.cpu_seconds()))
    return ours, theirs


async def measure() -> list[Row]:
    """Ask both for a stored answer; no row where the rival cannot be had."""
    with ForeignLoad() as load:
        try:
            async with standing(caches=WORKERS) as stand, proxy(stand.url, ANSWER) as rival:
                await Line(stand.channels[0], next_id()).whole(ANSWER)
                ours, theirs = await _rounds(stand, rival)
        except UnavailableError as error:
            print(f"LiteLLM cannot be had: {error}")
            return []
    if len(rival.asked) > WORKERS:
        print(f"LiteLLM asked its upstream {len(rival.asked)} times: its figures are no cache's")
    name = f"LiteLLM, {WORKERS} workers, same Redis"
    (one, rate, cpu), (its, its_rate, its_cpu) = (
        (1000 * percentile([took for single, _, _ in found for took in single], 0.5),
         percentile([rate for _, rate, _ in found], 0.5), percentile([cpu for _, _, cpu in found], 0.5))
        for found in (ours, theirs)
    )  # fmt: skip
    return [
        Row("C1", "a stored answer, whole text, p50, ms", one, name, its, one / its, "≤ 1/8",
            one <= its / GOAL_TIMES, load.share),
        Row("C1", f"stored answers a second, {CALLERS} callers, with their ends", rate, name, its_rate,
            rate / its_rate, "≥ 8 ×", rate >= GOAL_TIMES * its_rate, load.share),
        Row("C1", "CPU of server and Redis a stored answer, with its end, ms", cpu, name, its_cpu, cpu / its_cpu,
            "≤ 1/8", cpu <= its_cpu / GOAL_TIMES, load.share),
    ]  # fmt: skip
