"""C1: what does one step of the store cost, in the cache's process and in Redis? Without gRPC; CPU, no milliseconds."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable

from cache_stand import standing
from machine import ForeignLoad, worked
from opentelemetry.trace import NoOpTracer
from prometheus_client import CollectorRegistry
from redis.asyncio import Redis
from table import Row

from parley_cache.claims import Granted
from parley_cache.keys import key_of
from parley_cache.limits import Limits
from parley_cache.model import Finished, Mode, Named, Opening, Origin, OriginKind, Outcome, Policy, Scope, TextEnd
from parley_cache.store.redis import RedisStore
from parley_cache.store.redis.instruments import Instruments
from parley_cache.store.target import Target
from parley_cache.turns import Ask
from parley_cache.views import Seen

ROUNDS = 5
EACH = 1000
ANSWER = "a" * 1000
_numbers = itertools.count(1)

Work = Callable[[], Awaitable[object]]


@contextlib.asynccontextmanager
async def _store(url: str) -> AsyncIterator[RedisStore]:
    store = RedisStore(Target(url), Limits(), Instruments(NoOpTracer(), CollectorRegistry(), "bench"), patience=5.0)
    running = asyncio.create_task(store.run())
    try:
        await store.ready()
        yield store
    finally:
        running.cancel()
        await asyncio.wait([running])
        await store.close()


def _ask() -> Ask:
    """Return a new member's claim, always of the same question."""
    turn_id = str(next(_numbers))
    origin = Origin(OriginKind.MESSAGE, "10", "20", turn_id, turn_id, "Ada", "en-GB", "", "", None)
    policy = Policy(Mode.USE, Scope.GUILD)
    opening = Opening(
        turn_id, Named(f"own-{turn_id}"), origin, "What is a log?", (), "claude-sonnet-5", "", 1024, policy
    )
    return Ask(opening, "bench", f"lease-{turn_id}", key_of(opening))


async def _claimed(store: RedisStore) -> Granted:
    granted = await store.claim(_ask())
    assert isinstance(granted, Granted)
    return granted


async def _cost(work: Work, redis: int) -> tuple[float, float]:
    """Return the CPU microseconds of one, here and in Redis."""
    here, there = time.process_time(), worked(redis)
    for _ in range(EACH):
        await work()
    return 1e6 * (time.process_time() - here) / EACH, 1e6 * (worked(redis) - there) / EACH


async def _costs(store: RedisStore, client: Redis, redis: int) -> dict[str, tuple[float, float]]:
    """Return the medians of the rounds for each kind of step, by turns."""
    leader = await _claimed(store)
    await store.append(leader.held, 1, 0, ANSWER)
    kinds: dict[str, Work] = {
        "GET": lambda: client.get("bench"),
        "look": lambda: store.look(leader.held, Seen(0, 1, len(ANSWER))),
        "renew": lambda: store.renew(leader.held),
    }
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in (*kinds, "claim")}
    for _ in range(ROUNDS):
        for name, work in kinds.items():
            found[name].append(await _cost(work, redis))
    await store.finish(leader.held, TextEnd(1, Finished("end_turn")))
    await store.end((await _claimed(store)).held, Outcome.ANSWERED, len(ANSWER))
    for _ in range(ROUNDS):
        found["claim"].append(await _cost(lambda: _claimed(store), redis))
    return {name: (statistics.median(a), statistics.median(b)) for name, (a, b) in _columns(found)}


def _columns(found: dict[str, list[tuple[float, float]]]) -> list[tuple[str, tuple[list[float], list[float]]]]:
    return [(name, ([a for a, _ in rounds], [b for _, b in rounds])) for name, rounds in found.items()]


async def measure() -> list[Row]:
    """Measure a look, a renewal and the claim of a stored answer, one step each, beside a bare GET."""
    with ForeignLoad() as load:
        async with standing(caches=0) as stand, _store(stand.url) as store:
            client = Redis.from_url(stand.url)
            await client.set("bench", ANSWER)
            costs = await _costs(store, client, stand.pids[0])
            await client.aclose()
    steps = {
        "look": "a look, a step that reads",
        "renew": "a renewal, a step that writes",
        "claim": "a stored answer's claim",
    }
    return [
        Row("C1", f"{words}, CPU of {place}, µs", costs[name][side], "redis-py GET", costs["GET"][side],
            costs[name][side] / max(costs["GET"][side], 1e-9), "–", True, load.share)
        for name, words in steps.items() for side, place in enumerate(("the cache", "Redis"))
    ]  # fmt: skip
