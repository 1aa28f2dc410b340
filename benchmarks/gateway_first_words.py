"""M2: how long after a question are Claude's first words in the gateway, beyond the time that Claude itself took?

In two parts that can be seen from outside: from Discord's event to the request at Claude, through gateway, cache and
executor; and from Claude's first text to who called the executor. (The gateway then waits a moment for more, so that the
first message that a member sees is not one word.)
"""

from __future__ import annotations

import asyncio
import time

from executor_stand import client, last_ended, upstream
from executor_streams import Service, executor
from machine import ForeignLoad
from standing import grows
from table import Row, percentile

from parley_sandbox.anthropic import LoopbackClaude
from parley_sandbox.discord import queries
from parley_sandbox.settings import SandboxSettings
from parley_sandbox.stack import Stack

REPLIES = 20
DIRECT = 30
QUESTION = "Say little. [[ttft=0.3 tps=40 tokens=10]]"
GOAL_MS = 25.0


async def asked(stack: Stack) -> float:
    """Return the seconds from the event to the request at Claude."""
    discord, before = stack.discord, len(stack.claude.requests)
    channel = next(one["id"] for one in discord.world.channels.values() if one.get("guild_id"))
    discord.recorder.clear()
    said = time.time()
    discord.people.say(next(iter(discord.world.people)), channel, f"<@{discord.world.bot['id']}> {QUESTION}")
    async with asyncio.timeout(60):
        while len(stack.claude.requests) == before or not _stands(stack):
            await asyncio.sleep(0.02)
    return stack.claude.requests[-1].at.timestamp() - said


def _stands(stack: Stack) -> bool:
    shown = [one for one in stack.discord.recorder.requests if one.route in {queries.CREATE, queries.EDIT}]
    return any(one.accepted and not grows(one.response) for one in shown)


async def arrived(service: Service, claude: LoopbackClaude) -> float:
    """Return the seconds from Claude's first text to the executor's caller."""
    first, _ = await service.read(QUESTION)
    record = await last_ended(claude)
    assert record.first_delta is not None
    return first - record.first_delta


async def both_ways() -> tuple[list[float], list[float]]:
    """Return how long the first text takes through the executor, and what a direct call of the SDK adds in all."""
    ours, theirs = [], []
    async with upstream() as (claude, url), client("sdk", url) as sdk, executor(url) as service:
        await service.read(QUESTION)
        for _ in range(DIRECT):
            ours.append(await arrived(service, claude))
            [told] = (await sdk.do("ask", QUESTION))["done"]
            record = await last_ended(claude)
            assert record.first_delta is not None
            theirs.append(told["first"] - told["asked"] - (record.first_delta - record.started))
    return ours, theirs


async def measure() -> list[Row]:
    """Ask one question after the other, in a channel that is quiet in between."""
    with ForeignLoad() as load:
        async with Stack(SandboxSettings(port=0, log_format="json")) as stack:
            on_the_way = [await asked(stack) for _ in range(REPLIES)]
        back, direct = await both_ways()
    first = 1000 * (percentile(on_the_way, 0.5) + percentile(back, 0.5))
    rival = 1000 * percentile(direct, 0.5)
    return [
        Row("M2", "Discord's event → first text in the gateway, without Claude's time, p50, ms", first,
            "anthropic SDK, a direct call", rival, first / rival, f"≤ {GOAL_MS:.0f} ms", first <= GOAL_MS, load.share),
    ]  # fmt: skip
