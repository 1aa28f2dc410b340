"""M3, M4: how old is the newest word that a reader cannot see, and how long after Claude's end does the answer stand?

The limit is Discord's pace: an edit each 1.1 s in a channel.
"""

from __future__ import annotations

import asyncio

from machine import ForeignLoad
from standing import grows
from table import Row, percentile

from parley_sandbox.anthropic import Record
from parley_sandbox.discord import Recorded, queries
from parley_sandbox.settings import SandboxSettings
from parley_sandbox.stack import Stack

REPLIES = 5
TOKENS_PER_SECOND = 40.0
QUESTION = "Tell a story. [[ttft=0.2 tps=40 tokens=320 text=prose]]"
PACE_SECONDS = 1.1
STEP_SECONDS = 0.02
SHOWN = (queries.CREATE, queries.EDIT)


def said_at(record: Record, length: int) -> float:
    """Return when Claude had said so many characters, seconds of Unix time; its pace is steady."""
    assert record.first_delta is not None
    assert record.ended is not None
    share = length / max(1, len(record.text))
    return record.at.timestamp() + (record.first_delta - record.started) + share * (record.ended - record.first_delta)


def ages(record: Record, edits: list[Recorded]) -> list[float]:
    """Return, at even steps from the first text to the last edit, how old the oldest unseen word is, in seconds."""
    shown = sorted((edit.at + edit.took, len(edit.response["content"])) for edit in edits)
    now, end, found = said_at(record, 1), shown[-1][0], []
    while now < end:
        seen = max((length for at, length in shown if at <= now), default=0)
        found.append(max(0.0, now - said_at(record, min(seen + 1, len(record.text)))))
        now += STEP_SECONDS
    return found


async def one_reply(stack: Stack) -> tuple[list[float], float]:
    """Return the ages during one reply, and the seconds from Claude's last token to the accepted last edit."""
    discord, before = stack.discord, len(stack.claude.requests)
    channel = next(one["id"] for one in discord.world.channels.values() if one.get("guild_id"))
    person = next(iter(discord.world.people))
    discord.recorder.clear()
    discord.people.say(person, channel, f"<@{discord.world.bot['id']}> {QUESTION}")
    async with asyncio.timeout(60):
        while not _stands(stack, before):
            await asyncio.sleep(STEP_SECONDS)
    record = stack.claude.requests[-1]
    edits = [one for one in discord.recorder.requests if one.route in SHOWN and one.accepted]
    return ages(record, edits), edits[-1].at + edits[-1].took - said_at(record, len(record.text))


def _stands(stack: Stack, before: int) -> bool:
    requests = stack.claude.requests
    if len(requests) == before or requests[-1].ended is None:
        return False
    edits = [one for one in stack.discord.recorder.requests if one.route == queries.EDIT and one.accepted]
    return bool(edits) and not grows(edits[-1].response)


async def measure() -> list[Row]:
    """Stream some replies, one at a time."""
    found: list[float] = []
    lags: list[float] = []
    with ForeignLoad() as load:
        async with Stack(SandboxSettings(port=0, log_format="json")) as stack:
            for _ in range(REPLIES):
                aged, lag = await one_reply(stack)
                found += aged
                lags.append(lag)
    age, lag = percentile(found, 0.95), percentile(lags, 0.95)
    pace = "the pace of a channel, s"
    return [
        Row("M3", "age of the newest unseen word, p95, s", age, pace, PACE_SECONDS, age / PACE_SECONDS,
            "≤ 1.3 s", age <= 1.3, load.share),
        Row("M4", "Claude's last token → last edit, p95, s", lag, pace, PACE_SECONDS, lag / PACE_SECONDS,
            "≤ 1.2 s", lag <= 1.2, load.share),
    ]  # fmt: skip
