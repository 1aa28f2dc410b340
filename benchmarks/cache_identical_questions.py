"""C2: how often is Claude asked when N members ask the same at once, and once more when the leader's gateway dies?

Two gateways, two caches, one Redis, one guild: a guild is who shares an answer. Its members ask in many channels, since a
channel takes an edit each 1.1 s whatever is done. What one bot may ask of Discord, 50 calls a second, would make a minute
of 1 000 replies and says nothing about executions: here the loopback takes 1 000 a second, and each gateway may
make 45. A channel's own limits stay Discord's. `machine.PATIENCE` is in force.

BENCH_MEMBERS="32 1000" sets N.
"""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import aiohttp
from machine import PATIENCE, ForeignLoad
from table import Row

from parley_kit import semconv
from parley_sandbox.children import Child
from parley_sandbox.discord.model import Json
from parley_sandbox.settings import SandboxSettings
from parley_sandbox.stack import Stack

MEMBERS = tuple(int(count) for count in os.environ.get("BENCH_MEMBERS", "32 1000").split())
IN_A_CHANNEL = 8
CALLS_A_SECOND = 1000
WITHIN_SECONDS = 180.0
LOOK_SECONDS = 0.1
QUESTION = "How do I centre a div? [[ttft=0.5 tps=20 tokens=240 text=prose]]"
SAID_BEFORE_DEATH = 100
"""Characters that some member sees when the leader's gateway dies."""
ENVIRONMENT = {
    "PARLEY_GATEWAY_REST_RATE": "90",
    "PARLEY_GATEWAY_NOTIFY_AFTER": "0",
    "PARLEY_CACHE_LEASE": "5",
    **PATIENCE,
}


@dataclass(frozen=True, slots=True)
class Found:
    """What N questions led to. whole: members who see exactly one reply with exactly one attempt's text, and no button."""

    executions: int
    whole: int
    seconds: float


class Crowd:
    """Members of one guild who all ask the same."""

    def __init__(self, stack: Stack, members: int) -> None:
        self._stack, self._world = stack, stack.discord.world
        guild = self._world.add_guild("Crowd")["id"]
        count = -(-members // IN_A_CHANNEL)
        self._channels = [self._world.add_channel(guild, f"crowd-{number}")["id"] for number in range(count)]
        people = [self._world.add_person(f"Guest {number}", "en-GB").id for number in range(members)]
        self._world.members[guild].update(dict.fromkeys(people, next(iter(self._world.members[guild].values()))))
        self._people = people
        self._questions: list[str] = []

    def ask(self) -> None:
        """Let all ask at once, one after the other through the channels."""
        text = f"<@{self._world.bot['id']}> {QUESTION}"
        say, channels = self._stack.discord.people.say, self._channels
        self._questions = [
            str(say(person, channels[number % len(channels)], text)["id"]) for number, person in enumerate(self._people)
        ]

    def whole(self) -> int:
        """Count the questions with exactly one finished reply, whose words are those of one of Claude's attempts.

        White space does not count: where a text is cut into messages, some of it goes.
        """
        said = {tuple(record.text.split()) for record in self._stack.claude.requests if record.outcome == "completed"}
        replies = list(self._replies())
        count = Counter(question for question, _ in replies)
        right = (count[question] == 1 and tuple(one["content"].split()) in said for question, one in replies)
        return sum(right)

    def finished(self) -> bool:
        """Whether every question has a reply and none has its Stop button any more."""
        replies = list(self._replies())
        answered = {question for question, one in replies if not one["components"]}
        return answered.issuperset(self._questions) and not any(one["components"] for _, one in replies)

    def shown(self) -> int:
        """Return how many characters of Claude's the longest reply has; notices are in small print."""
        return max((len(one["content"]) for _, one in self._replies() if "-# " not in one["content"]), default=0)

    def _replies(self) -> Iterator[tuple[str, Json]]:
        for channel in self._channels:
            for message in self._world.messages[channel].values():
                if message["author"]["id"] == self._world.bot["id"]:
                    yield str((message.get("message_reference") or {}).get("message_id")), message


def admissions(page: str) -> float:
    """Return how often a gateway decided on a slot."""
    lines = (line for line in page.splitlines() if line.startswith(f"{semconv.ADMISSION_DECISIONS}{{"))
    return sum(float(line.split(" # ")[0].rsplit(" ", 1)[1]) for line in lines)


async def leader(stack: Stack) -> Child:
    """Return the gateway that asked for a slot; followers need none."""
    gateways = [child for name, child in stack.children.items() if name.startswith("gateway")]
    async with aiohttp.ClientSession() as http:
        for gateway in gateways:
            async with http.get(f"http://{gateway.spec.environment['PARLEY_GATEWAY_METRICS_LISTEN']}/metrics") as page:
                if admissions(await page.text()):
                    return gateway
    raise AssertionError("no gateway leads")


async def _kill_leader(stack: Stack, crowd: Crowd) -> None:
    """Kill it in mid-stream; Kubernetes would start it again at once, so does this."""
    async with asyncio.timeout(WITHIN_SECONDS):
        while crowd.shown() < SAID_BEFORE_DEATH:
            await asyncio.sleep(LOOK_SECONDS)
    gateway = await leader(stack)
    await gateway.kill()
    await stack.claude.closed_by_client()
    await gateway.start()


async def together(members: int, *, kill: bool) -> Found:
    """Let them ask, and wait until all are answered or the time is over."""
    stack = Stack(
        SandboxSettings(port=0, log_format="json", gateways=2, caches=2, redis="local"), environment=ENVIRONMENT
    )
    stack.discord.limits.per_second = CALLS_A_SECOND
    crowd, clock = Crowd(stack, members), asyncio.get_running_loop().time
    async with stack:
        began = clock()
        crowd.ask()
        if kill:
            await _kill_leader(stack, crowd)
        while not crowd.finished() and clock() - began < WITHIN_SECONDS:
            await asyncio.sleep(LOOK_SECONDS)
        return Found(stack.claude.executions, crowd.whole(), clock() - began)


async def measure() -> list[Row]:
    """Count what Claude was asked, and who sees one attempt's text."""
    return [row for members in MEMBERS for kill in (False, True) for row in await _rows(members, kill=kill)]


async def _rows(members: int, *, kill: bool) -> list[Row]:
    with ForeignLoad() as load:
        found = await together(members, kill=kill)
    what = f"{members} identical questions{', the leader’s gateway killed in mid-stream' if kill else ''}"
    most, goal = (2, "≤ 2") if kill else (1, "exactly 1")
    met = 1 <= found.executions <= most
    return [
        Row("C2", f"executions for {what}", found.executions, "LiteLLM, published: one each", members,
            found.executions / members, goal, met, load.share),
        Row("C2", f"who see one attempt's text and nothing else, of {what}", found.whole, "all", members,
            found.whole / members, "all", found.whole == members, load.share),
        Row("C2", f"until all of them stand, s, of {what}", found.seconds, "the time allowed", WITHIN_SECONDS,
            found.seconds / WITHIN_SECONDS, "≤ 1 ×", found.seconds < WITHIN_SECONDS, load.share),
    ]  # fmt: skip
