"""R5: what does a turn cost as conversations grow in number, and as one grows in length? CPU of the cache and Redis."""

from __future__ import annotations

import asyncio
import itertools
import statistics

from cache_stand import Line, Stand, next_id, standing
from machine import ForeignLoad
from table import Row

SAMPLE = 100
CONVERSATIONS = 10_000
TURNS = 200
SIDE_BY_SIDE = 16
ROUNDS = 3
GOAL = 1.2
QUESTION = "Why is it so? " * 10
ANSWER = "It is so because of this. " * 40


async def turn(stand: Stand, conversation: str) -> None:
    """Lead one turn of a conversation."""
    await Line(stand.channels[0], next_id(), prompt=QUESTION, conversation=conversation).whole(ANSWER)


async def _fill(stand: Stand, count: int) -> None:
    left = iter(range(count))

    async def worker() -> None:
        for number in left:
            await turn(stand, f"filler-{number}")

    async with asyncio.TaskGroup() as tasks:
        for _ in range(SIDE_BY_SIDE):
            tasks.create_task(worker())


async def cost(stand: Stand, names: itertools.count[int]) -> float:
    """Return the CPU milliseconds of a first turn of a conversation: the median of some rounds."""
    found = []
    for _ in range(ROUNDS):
        worked = stand.cpu_seconds()
        for _ in range(SAMPLE):
            await turn(stand, f"sample-{next(names)}")
        found.append(1000 * (stand.cpu_seconds() - worked) / SAMPLE)
    return statistics.median(found)


async def growth(stand: Stand) -> list[float]:
    """Return the CPU milliseconds of a turn in each tenth of the lives of some conversations."""
    tenths = [0.0] * 10
    for conversation in range(ROUNDS):
        for number in range(TURNS):
            worked = stand.cpu_seconds()
            await turn(stand, f"long-{conversation}")
            tenths[number * 10 // TURNS] += stand.cpu_seconds() - worked
    return [1000 * seconds / (ROUNDS * TURNS / 10) for seconds in tenths]


async def measure() -> list[Row]:
    """Measure with few conversations and with many, then in long ones."""
    with ForeignLoad() as load:
        async with standing() as stand:
            names = itertools.count()
            await cost(stand, names)
            few = await cost(stand, names)
            await _fill(stand, CONVERSATIONS)
            many = await cost(stand, names)
            tenths = await growth(stand)
    return [
        Row("R5", f"a turn among {CONVERSATIONS} conversations, CPU ms", many, "the same among few", few, many / few,
            f"≤ {GOAL} ×", many <= GOAL * few, load.share),
        Row("R5", f"a turn in the last tenth of {TURNS}, CPU ms", tenths[-1], "the same in the first tenth", tenths[0],
            tenths[-1] / tenths[0], f"≤ {GOAL} ×", tenths[-1] <= GOAL * tenths[0], load.share),
    ]  # fmt: skip
