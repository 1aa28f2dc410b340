"""The whole system as its users meet it: people in Discord, four services, Claude, all over real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp
from support.forked import forked

from parley_kit import semconv
from parley_sandbox.anthropic import Record
from parley_sandbox.discord import queries
from parley_sandbox.discord.model import guilds
from parley_sandbox.otlp import Trace
from parley_sandbox.settings import SandboxSettings
from parley_sandbox.stack import Stack
from parley_sandbox.starters import Starter

PATIENCE = 90.0
"""Seconds; a machine that others use too takes so long for what takes one elsewhere."""
LOOK_EVERY = 0.05


@dataclass(frozen=True, slots=True)
class Reply:
    """A turn that ended, and what stands in Discord because of it."""

    turn: Mapping[str, Any]
    pages: tuple[str, ...]

    @property
    def text(self) -> str:
        """The pages as a reader sees them, one after the other."""
        return "\n".join(self.pages)

    @property
    def outcome(self) -> str:
        return str(self.turn["outcome"])

    @property
    def trace_id(self) -> str:
        return str(self.turn["trace_id"])


class System:
    """A running stack with the words that tests need."""

    def __init__(self, stack: Stack, http: aiohttp.ClientSession) -> None:
        self.stack = stack
        self._http = http

    @property
    def bot(self) -> str:
        """How the bot is mentioned."""
        return f"<@{self.stack.discord.world.bot['id']}>"

    def person(self, name: str) -> str:
        """Return a person's id by the name that others see."""
        return next(one.id for one in self.stack.discord.world.people.values() if one.name == name)

    def newcomers(self, count: int) -> list[str]:
        """Let so many new members join every guild."""
        world = self.stack.discord.world
        people = [world.add_person(f"Guest {number}", "en-GB").id for number in range(count)]
        for members in world.members.values():
            members.update({person: guilds.member() for person in people})
        return people

    def channel(self, name: str = "general", guild: str = "Orchard") -> str:
        """Return a channel's id."""
        world = self.stack.discord.world
        home = next(one["id"] for one in world.guilds.values() if one["name"] == guild)
        found = (one for one in world.channels.values() if one.get("name") == name and one.get("guild_id") == home)
        return str(next(found)["id"])

    def ask(self, text: str, *, person: str = "Sam", channel: str | None = None, reply_to: str | None = None) -> str:
        """Mention the bot; return the question's id."""
        who = person if person.isdigit() else self.person(person)
        where = channel or self.channel()
        return str(self.stack.discord.people.say(who, where, f"{self.bot} {text}", reply_to=reply_to)["id"])

    async def turn(self, question: str) -> Mapping[str, Any]:
        """Return what the gateways say about a question's turn; empty before they say anything."""
        async with self._http.get(f"{self.stack.url}/api/turns/{question}") as response:
            return dict(await response.json()) if response.status == 200 else {}

    async def reply(self, question: str, within: float = PATIENCE) -> Reply:
        """Wait until a question's turn has ended and return what stands."""
        turn: Mapping[str, Any] = {}
        try:
            async with asyncio.timeout(within):
                while turn.get("state") != "ended":
                    await asyncio.sleep(LOOK_EVERY)
                    turn = await self.turn(question)
        except TimeoutError:
            raise AssertionError(f"no end of {question} within {within} s: {dict(turn)}\n{self._said()}") from None
        shown = queries.final_texts(self.stack.discord.recorder.requests)
        return Reply(turn, tuple(shown[message] for message in turn["message_ids"] if message in shown))

    async def answering(self, question: str) -> Mapping[str, Any]:
        """Wait until a gateway says which executor answers; return its turn."""
        async with asyncio.timeout(PATIENCE):
            while not (turn := await self.turn(question)).get("executor"):  # noqa: ASYNC110 — it looks over HTTP
                await asyncio.sleep(LOOK_EVERY)
        return turn

    def _said(self) -> str:
        """Return what the services said last, for whoever reads a failure."""
        last = {name: list(child.lines)[-8:] for name, child in self.stack.children.items()}
        return "\n".join(f"{name} │ {line}" for name, lines in last.items() for line in lines)

    async def replies(self, questions: Sequence[str], within: float = PATIENCE) -> list[Reply]:
        """Wait for several."""
        return list(await asyncio.gather(*(self.reply(question, within) for question in questions)))

    async def until(self, condition: Callable[[], bool], within: float = PATIENCE) -> None:
        """Wait until something that the loopbacks saw holds."""
        async with asyncio.timeout(within):
            while not condition():  # noqa: ASYNC110 — what it looks at has no event in common
                await asyncio.sleep(LOOK_EVERY)

    async def streaming(self, question: str, characters: int = 1) -> str:
        """Wait until a reply shows so many characters; return its first message's id."""

        def shown() -> str | None:
            replies = queries.creates_by_question(self.stack.discord.recorder.requests).get(question, ())
            texts = queries.final_texts(self.stack.discord.recorder.requests)
            return next((one for one in replies if len(texts.get(one, "")) >= characters), None)

        await self.until(lambda: shown() is not None)
        return shown() or ""

    def executions(self) -> Sequence[Record]:
        """Return the requests that made Claude speak."""
        return [record for record in self.stack.claude.requests if record.execution is not None]

    async def trace(self, trace_id: str, complete: Callable[[Trace], bool], within: float = 30.0) -> Trace:
        """Wait until the spans that are wanted have arrived."""

        def found() -> bool:
            trace = self.stack.traces.trace(trace_id)
            return trace is not None and complete(trace)

        await self.stack.traces.until(found, within)
        trace = self.stack.traces.trace(trace_id)
        assert trace is not None
        return trace

    async def quiet(self) -> None:
        """Wait until nobody works: no open stream to Claude, no busy slot, no live turn, no typing on its way."""
        await self.until(lambda: self.stack.claude.live == 0, within=30)
        async with asyncio.timeout(30):
            while await self._busy():  # noqa: ASYNC110 — it looks over HTTP
                await asyncio.sleep(LOOK_EVERY)

    async def _busy(self) -> bool:
        async with self._http.get(f"{self.stack.url}/api/turns") as response:
            turns = (await response.json())["turns"]
        executors = [child for child in self.stack.children if child.startswith("executor")]
        return any(turn["state"] != "ended" for turn in turns) or any([await self._works(one) for one in executors])

    async def _works(self, executor: str) -> bool:
        """Tell whether it holds a slot, which is not the same as having none to offer; one that is gone holds none."""
        with contextlib.suppress(aiohttp.ClientError):
            return bool(await self.metric(executor, semconv.EXECUTOR_SLOTS, state="busy"))
        return False

    async def metric(self, child: str, name: str, **labels: str) -> float:
        """Return the sum of a metric's samples at one service, of those that have these labels."""
        async with self._http.get(f"http://{self.metrics_address(child)}/metrics") as response:
            lines = (await response.text()).splitlines()
        found = (line for line in lines if line.split("{")[0].split(" ")[0] == name)
        wanted = [f'{label}="{value}"' for label, value in labels.items()]
        return sum(float(line.rsplit(" ", 1)[1]) for line in found if all(one in line for one in wanted))

    def metrics_address(self, child: str) -> str:
        """Return where a service serves /metrics, host:port."""
        variable = f"PARLEY_{child.split('-', maxsplit=1)[0].upper()}_METRICS_LISTEN"
        return self.stack.children[child].spec.environment[variable]


@contextlib.asynccontextmanager
async def system(
    *, environment: Mapping[str, str] | None = None, starter: Starter = forked, **settings: Any
) -> AsyncIterator[System]:
    """Start everything, and look at the end that no process is left."""
    chosen = SandboxSettings(**{"port": 0, "log_format": "json", **settings})
    quick = {f"PARLEY_{service}_DRAIN_ANNOUNCE": "0" for service in ("GATEWAY", "CACHE", "EXECUTOR", "MONITOR")}
    quick["PARLEY_GATEWAY_IDENTIFY_SPACING"] = "0"  # the loopback takes any number
    quick["PARLEY_GATEWAY_NOTIFY_AFTER"] = "0"  # a busy machine takes 20 s for answers that are quick elsewhere
    async with aiohttp.ClientSession() as http:
        async with Stack(chosen, environment={**quick, **(environment or {})}, starter=starter) as stack:
            yield System(stack, http)
            pids = [child.pid for child in stack.children.values() if child.running]
        left = [pid for pid in pids if _alive(pid)]
        assert not left, f"processes left: {left}"


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
