"""T1: how much of a prompt stays the same from turn to turn, so that Claude's prompt cache pays? One conversation, whole path.

Possible is the whole earlier prompt: only what comes behind it is new. What Claude reads out of its cache is accounted by
the loopback by Anthropic's rules: breakpoints, least prefix, five minutes. `machine.PATIENCE` is in force: a turn without the cache has no earlier turns.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Sequence

import orjson
from machine import PATIENCE, ForeignLoad
from standing import grows
from table import Row

from parley_sandbox.anthropic import Record
from parley_sandbox.settings import SandboxSettings
from parley_sandbox.stack import Stack

TURNS = 40
LONG = 20
"""From this turn on it is a long chat: the goal for what the cache reads counts from here."""
WITHIN_SECONDS = 60.0
LOOK_SECONDS = 0.05
ENVIRONMENT = {"PARLEY_CACHE_USER_MESSAGES": "0", **PATIENCE}
"""No quota: nobody asks 40 questions in a minute, but who measures."""
GOAL_PREFIX = 0.99
GOAL_READS = 0.9
QUESTION = "And what else is there to say about the {number}th tree? Take the soil into account. [[ttft=0.05 tps=2000 tokens=300 text=prose]]"


def prompt(record: Record) -> list[bytes]:
    """Return a prompt's blocks as bytes, in the order in which Claude reads them; breakpoints are no part of it."""
    blocks = [("system", block) for block in record.system]
    blocks += [(str(message["role"]), block) for message in record.messages for block in message["content"]]
    return [
        orjson.dumps([role, {key: value for key, value in block.items() if key != "cache_control"}])
        for role, block in blocks
    ]


def unchanged(earlier: Sequence[bytes], later: Sequence[bytes]) -> tuple[int, int]:
    """Return how many bytes of the earlier prompt the later one begins with, and how many it has."""
    before, after = b"".join(earlier), b"".join(later)
    same = next((at for at, (one, other) in enumerate(zip(before, after, strict=False)) if one != other), len(before))
    return min(same, len(after)), len(before)


async def converse(stack: Stack) -> list[Record]:
    """Let one member ask in a direct channel, each time when the last reply stands; return what Claude was asked."""
    person = next(iter(stack.discord.world.people))
    channel = stack.discord.people.open_dm(person)["id"]
    for number in range(1, TURNS + 1):
        stack.discord.people.say(person, channel, QUESTION.format(number=number))
        async with asyncio.timeout(WITHIN_SECONDS):
            while not _stand(stack, channel, number):
                await asyncio.sleep(LOOK_SECONDS)
    return [record for record in stack.claude.requests if record.execution is not None]


def _stand(stack: Stack, channel: str, count: int) -> bool:
    written = stack.discord.world.messages[channel].values()
    replies = [one for one in written if one["author"]["id"] == stack.discord.world.bot["id"]]
    answered = {one["message_reference"]["message_id"] for one in replies if one.get("message_reference")}
    return len(answered) == count and not any(map(grows, replies))


def reads(records: Sequence[Record]) -> tuple[int, int]:
    """Return the tokens that Claude read out of its cache, and all input tokens."""
    usages = [record.usage for record in records if record.usage is not None]
    read = sum(usage["cache_read_input_tokens"] for usage in usages)
    rest = sum(usage["input_tokens"] + usage["cache_creation_input_tokens"] for usage in usages)
    return read, read + rest


async def measure() -> list[Row]:
    """Converse, then look at what was sent."""
    with ForeignLoad() as load:
        async with Stack(SandboxSettings(port=0, log_format="json"), environment=ENVIRONMENT) as stack:
            records = await converse(stack)
    if len(records) != TURNS:
        raise SystemExit(f"{len(records)} requests for {TURNS} turns: the conversation broke")
    prompts = [prompt(record) for record in records]
    same, possible = map(sum, zip(*itertools.starmap(unchanged, itertools.pairwise(prompts)), strict=True))
    rows = [
        Row("T1", f"prompt prefix that stays from turn to turn, {TURNS} turns, bytes", same, "possible", possible,
            same / possible, f"≥ {GOAL_PREFIX} ×", same >= GOAL_PREFIX * possible, load.share)
    ]  # fmt: skip
    for what, part in ((f"all {TURNS} turns", records), (f"from turn {LONG} on", records[LONG - 1 :])):
        read, paid = reads(part)
        rows.append(
            Row("T1", f"tokens read from Claude's prompt cache, {what}", read, "input tokens", paid, read / paid,
                f"≥ {GOAL_READS} ×", read >= GOAL_READS * paid, load.share)
        )  # fmt: skip
    return rows
