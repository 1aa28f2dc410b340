"""C2: how often is Claude asked when N members ask the same at once? One gateway and one cache; more come later."""

from __future__ import annotations

import asyncio

from machine import ForeignLoad
from table import Row

from parley_sandbox.discord import queries
from parley_sandbox.discord.model import guilds
from parley_sandbox.settings import SandboxSettings
from parley_sandbox.stack import Stack

MEMBERS = 32
WITHIN_SECONDS = 90.0
QUESTION = "How do I centre a div? [[ttft=0.5 tps=80 tokens=100]]"


def ask(stack: Stack) -> list[str]:
    """Let new members ask the same in one channel at once; return their questions' ids."""
    world = stack.discord.world
    people = [world.add_person(f"Guest {number}", "en-GB").id for number in range(MEMBERS)]
    channel = next(one for one in world.channels.values() if one.get("guild_id"))
    world.members[channel["guild_id"]].update({person: guilds.member() for person in people})
    text = f"<@{world.bot['id']}> {QUESTION}"
    return [str(stack.discord.people.say(person, channel["id"], text)["id"]) for person in people]


def finished(stack: Stack, questions: list[str]) -> bool:
    """Whether each question has a reply, and no message has its Stop button any more."""
    replies = queries.creates_by_question(stack.discord.recorder.requests)
    messages = [stack.discord.world.messages[home].get(one) for one, home in stack.discord.world.homes.items()]
    waiting = any(message is not None and message["components"] for message in messages)
    return all(question in replies for question in questions) and not waiting


async def measure() -> list[Row]:
    """Count what Claude was asked."""
    with ForeignLoad() as load:
        async with Stack(SandboxSettings(port=0, log_format="json")) as stack:
            questions = ask(stack)
            async with asyncio.timeout(WITHIN_SECONDS):
                while not finished(stack, questions):
                    await asyncio.sleep(0.1)
            executions = stack.claude.executions
    return [
        Row("C2", f"executions for {MEMBERS} identical questions", executions, "LiteLLM, published: one each",
            MEMBERS, executions / MEMBERS, "exactly 1", executions == 1, load.share)
    ]  # fmt: skip
