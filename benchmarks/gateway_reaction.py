"""M1: how long after a question does Discord see that the bot types, beside a bot that does nothing but type?"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from machine import ForeignLoad
from standing import grows
from table import Row, percentile

from parley_sandbox.discord import LoopbackDiscord, Recorded, queries
from parley_sandbox.settings import SandboxSettings
from parley_sandbox.stack import Stack

QUESTIONS = 40
WARM = 5
"""First questions that do not count: connections are made."""
QUESTION = "Say little in {channel}. [[ttft=0.05 tps=400 tokens=6]]"
"""Another one in each channel: a stored answer comes without a typing sign."""
PAUSE = 0.3
"""Before each question, in seconds: the turn before it is over, and no other REST call has just taken its place."""
GOAL = 1.5
ENVIRONMENT = {"PARLEY_CACHE_USER_MESSAGES": "0"}
"""One member asks them all, without a pause."""


def channels(discord: LoopbackDiscord) -> list[str]:
    """Return a channel for each question: Discord takes few typing signs of one."""
    home = next(iter(discord.world.guilds))
    return [str(discord.world.add_channel(home, f"room-{number}")["id"]) for number in range(QUESTIONS + WARM)]


async def reaction(discord: LoopbackDiscord, channel: str, *, answered: bool) -> float:
    """Ask in a channel; return the seconds until typing is seen. answered: wait for the answer too, to be alone again."""
    text = f"<@{discord.world.bot['id']}> {QUESTION.format(channel=channel)}"
    await asyncio.sleep(PAUSE)
    said = time.time()
    discord.people.say(next(iter(discord.world.people)), channel, text)
    async with asyncio.timeout(30):
        while not (seen := [one for one in _requests(discord, channel) if one.route == queries.TYPING]):
            await asyncio.sleep(0.002)
        while answered and not any(
            one.route != queries.TYPING and not grows(one.response) for one in _requests(discord, channel)
        ):
            await asyncio.sleep(0.02)
    return seen[0].at - said


def _requests(discord: LoopbackDiscord, channel: str) -> list[Recorded]:
    return [one for one in discord.recorder.requests if f"/channels/{channel}/" in one.path and one.accepted]


async def ours() -> list[float]:
    """Return Parley's reactions."""
    stack = Stack(SandboxSettings(port=0, log_format="json"), environment=ENVIRONMENT)
    rooms = channels(stack.discord)  # of which Discord tells the bot when it comes
    async with stack:
        return [await reaction(stack.discord, one, answered=True) for one in rooms][WARM:]


@asynccontextmanager
async def rival(discord: LoopbackDiscord) -> AsyncIterator[None]:
    """Run the bare bot."""
    async with discord.serve() as address:
        environment = {**os.environ, "TOKEN": discord.token, "REST_URL": address.rest_url}
        script = str(Path(__file__).with_name("typing_rival.py"))
        process = await asyncio.create_subprocess_exec(sys.executable, script, env=environment)
        try:
            async with asyncio.timeout(30):
                while not discord.gateway.sessions:
                    await asyncio.sleep(0.05)
            yield
        finally:
            process.terminate()
            await process.wait()


async def theirs() -> list[float]:
    """Return the bare bot's reactions."""
    discord = LoopbackDiscord()
    rooms = channels(discord)
    async with rival(discord):
        return [await reaction(discord, one, answered=False) for one in rooms][WARM:]


async def measure() -> list[Row]:
    """Ask one question after the other, each in a channel of its own."""
    with ForeignLoad() as load:
        mine, bare = 1000 * percentile(await ours(), 0.5), 1000 * percentile(await theirs(), 0.5)
    return [
        Row("M1", "Discord's event → typing on the wire, p50, ms", mine, "a bare hikari bot that only types",
            bare, mine / bare, f"≤ {GOAL}", mine / bare <= GOAL, load.share),
    ]  # fmt: skip
