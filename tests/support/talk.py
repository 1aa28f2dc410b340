"""A conversation that meets everything the dashboards show, and what the sandbox counted of it.

Two slots, room for one waiting turn in a conversation, five seconds in line at most. What is counted comes from the
loopback Discord's recorder, the loopback Claude's records and the span receiver, never from a service's own figures.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from support.prometheus import Prometheus
from support.system import LOOK_EVERY, Reply, System

from parley_sandbox.anthropic import Record
from parley_sandbox.discord import queries
from parley_sandbox.discord.faults import Fault, Kind
from parley_sandbox.discord.model.ids import created_at
from parley_sandbox.discord.recorder import Recorded
from parley_sandbox.otlp import Span

SLOTS = 2
SETTINGS: dict[str, Any] = {
    "slots": SLOTS,
    "environment": {
        "PARLEY_GATEWAY_SLOT_NOTICE": "1",
        "PARLEY_GATEWAY_SLOT_WAIT": "5",
        "PARLEY_CACHE_QUEUE": "1",
        # A busy machine is no silent cache and no dead gateway: the conversation is to go the same way on every one.
        "PARLEY_GATEWAY_CACHE_SILENCE": "10",
        "PARLEY_GATEWAY_CACHE_FIRST_WORD": "10",
        "PARLEY_CACHE_LEASE": "60",
    },
}
NOTICE = "⏳"
"""How the text of a message begins that says only that somebody waits; it is no page."""
FAILURE = "⚠️"
"""How the text of a message begins that says why there is no answer."""
BREAD = "Tell the history of bread. [[ttft=0.2 tps=40 tokens=480]]"
NANOSECONDS = 1e9
PLAN = {
    "bread": ("answered", "lead", ""),
    "follower": ("answered", "follow", ""),
    "slow": ("answered", "lead", ""),
    "overdue": ("failed", "lead", "POOL_FULL"),
    "queued": ("answered", "lead", ""),
    "crowd": ("refused", "", "QUEUE_FULL"),
    "stored": ("answered", "stored", ""),
    "overloaded": ("failed", "lead", "OVERLOADED"),
    "retried": ("answered", "lead", ""),
    "limited": ("answered", "lead", ""),
    "stale": ("answered", "lead", ""),
    "stopped": ("stopped", "lead", ""),
}
"""How each turn is to end, where its text is to come from, and why there is none."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the sandbox saw between `begin` and `end`, in seconds since the epoch.

    full: when both slots were taken and one more turn was in line. questions, replies: by what was asked about.
    """

    begin: float
    end: float
    full: float
    questions: Mapping[str, str]
    replies: Mapping[str, Reply]
    requests: Sequence[Recorded]
    records: Sequence[Record]
    spans: Sequence[Span]
    trace_ids: frozenset[str]

    @property
    def seconds(self) -> float:
        """How long it was."""
        return self.end - self.begin

    # --- turns

    def outcomes(self) -> Counter[tuple[str, str]]:
        """Turns by outcome and by where their text came from."""
        return Counter((one.outcome, str(one.turn["source"] or "none")) for one in self.replies.values())

    def reasons(self) -> Counter[str]:
        """Unanswered turns by reason."""
        lost = (one for one in self.replies.values() if one.outcome in {"failed", "refused", "abandoned"})
        return Counter(str(one.turn["reason"]) for one in lost)

    # --- Discord

    def accepted(self, *routes: str) -> list[Recorded]:
        """What Discord took, of these routes."""
        return [one for one in self.requests if one.route in routes and one.accepted]

    def pages(self, route: str) -> list[Recorded]:
        """What Discord took of pages, notices left out."""
        return [one for one in self.accepted(route) if not str((one.body or {}).get("content", "")).startswith(NOTICE)]

    def changes(self) -> int:
        """How often a page showed another part of an answer than before."""
        texts: dict[str, str] = {}
        steps = 0
        for one in sorted((*self.pages(queries.CREATE), *self.pages(queries.EDIT)), key=lambda each: each.at):
            shown, message = str((one.body or {}).get("content", "")), one.message_id or ""
            steps += shown != texts.get(message) and not shown.startswith(FAILURE)
            texts[message] = shown
        return steps

    def shown(self, about: str) -> list[float]:
        """When a reply's pages were posted or rewritten, in seconds from its question on."""
        asked = created_at(self.questions[about])
        ours = set(self.replies[about].turn["message_ids"])
        pages = (*self.pages(queries.CREATE), *self.pages(queries.EDIT))
        return sorted(one.at + one.took - asked for one in pages if one.message_id in ours)

    def limited(self) -> Counter[str]:
        """Answers 429 by whose limit it was."""
        return Counter(one.ratelimit["X-RateLimit-Scope"] for one in self.requests if one.status == 429)

    # --- Claude

    def whole(self) -> list[Record]:
        """Replies that Claude ended by itself."""
        return [one for one in self.records if one.outcome == "completed"]

    def tokens(self, kind: str) -> int:
        """Tokens of those, as Claude's usage names them."""
        return sum(int((one.usage or {}).get(kind) or 0) for one in self.whole())

    # --- spans

    def named(self, name: str) -> list[Span]:
        """The spans of this name, or that begin with it."""
        return [one for one in self.spans if one.name == name or one.name.startswith(f"{name} ")]

    def root(self, about: str) -> Span:
        """The whole of one turn."""
        return next(one for one in self.named("discord") if one.trace_id == self.replies[about].trace_id)

    def took(self, name: str) -> list[float]:
        """How long those took, in seconds."""
        return [one.duration / NANOSECONDS for one in self.named(name)]

    def told(self, attribute: str) -> list[float]:
        """What spans say in an attribute that is a number."""
        return [float(one.attributes[attribute]) for one in self.spans if attribute in one.attributes]  # type: ignore[arg-type]  # the attributes asked for are numbers


class Talk:
    """The people of one conversation."""

    def __init__(self, parley: System, prometheus: Prometheus) -> None:
        self._parley, self._prometheus = parley, prometheus
        self._questions: dict[str, str] = {}
        self._replies: dict[str, Reply] = {}
        self._guests = parley.newcomers(8)

    async def hold(self) -> Evidence:
        """Talk, and return what was seen."""
        await self._warm_up()
        begin = time.time()
        await self._scraped()
        full = await self._fill()
        await self._fail()
        await self._slow_down()
        await self._rest()
        await self._scraped()
        return self._seen(begin, time.time(), full)

    # --- the acts

    async def _warm_up(self) -> None:
        """Ask once before anything is measured, so that what is labelled by model and by route is there."""
        await self._parley.reply(
            self._parley.ask("Good morning [[ttft=0.05 tps=80 tokens=20]]", person=self._guests[0])
        )
        await self._rest()

    async def _fill(self) -> float:
        """Take both slots, follow, wait in a conversation and in line, be refused by both; return when it was full."""
        bread = self._ask("bread", BREAD, "Sam")
        await self._parley.streaming(bread)
        self._ask("follower", BREAD, "Noor")
        self._ask("slow", "Think long. [[ttft=8.6 tps=40 tokens=60]]", "Mika")
        await self._parley.stack.claude.until(lambda: self._parley.stack.claude.live == SLOTS, within=30)
        self._ask("overdue", "Is there room? [[ttft=0.2]]", self._guests[1])
        self._ask("queued", "And what is it made of? [[ttft=0.2 tps=60 tokens=40]]", "Sam")
        waiting = [await self._noticed("queued")]
        self._ask("crowd", "And who ate it?", "Sam")
        await self._ended("crowd")
        waiting += [time.time(), await self._noticed("overdue")]
        await self._ended("overdue")
        full = (max(waiting) + time.time()) / 2
        await self._ended("slow", "bread", "follower", "queued")
        self._ask("stored", BREAD, self._guests[2])
        await self._ended("stored")
        return full

    async def _fail(self) -> None:
        """Meet a Claude that is overloaded, for good and for a moment."""
        self._ask("overloaded", "Hello [[error=529 times=9]]", self._guests[3])
        await self._ended("overloaded")
        self._ask("retried", "Hello again [[error=529 times=1 ttft=0.1 tps=80 tokens=40]]", self._guests[4])
        await self._ended("retried")

    async def _slow_down(self) -> None:
        """Meet Discord's limits, and stop an essay after a stranger has tried to."""
        self._limit(Kind.LIMIT_SHARED, queries.CREATE, 0.3)
        self._ask("limited", "Hello Discord [[ttft=0.1 tps=80 tokens=40]]", self._guests[5])
        await self._ended("limited")
        help_channel = self._parley.channel("help")
        stale = self._ask("stale", "Go on [[ttft=0.1 tps=30 tokens=180]]", self._guests[6], help_channel)
        await self._parley.streaming(stale, 40)
        self._limit(Kind.LIMIT_USER, queries.EDIT, 4.0, help_channel)
        essay = self._ask("stopped", "Write an essay [[ttft=0.1 tps=30 tokens=3000]]", self._guests[7])
        await self._stop(await self._parley.streaming(essay, 40))
        await self._ended("stopped", "stale")

    async def _stop(self, message: str) -> None:
        discord = self._parley.stack.discord
        button = discord.world.messages[self._parley.channel()][message]["components"][0]["components"][0]
        discord.people.click(self._parley.person("Noor"), message, button["custom_id"])
        await self._parley.until(lambda: len(self._of(queries.CALLBACK)) == 1)
        self._limit(Kind.DELAY, "callback", 2.7)
        discord.people.click(self._guests[7], message, button["custom_id"])

    # --- their parts

    def _ask(self, about: str, text: str, person: str, channel: str | None = None) -> str:
        self._questions[about] = self._parley.ask(text, person=person, channel=channel)
        return self._questions[about]

    async def _ended(self, *about: str) -> None:
        replies = await self._parley.replies([self._questions[one] for one in about])
        self._replies.update(zip(about, replies, strict=True))

    async def _noticed(self, about: str) -> float:
        """Wait until a member is told that they wait; return when."""
        question = self._questions[about]

        def told() -> list[Recorded]:
            return [one for one in self._of(queries.CREATE) if queries.replied_to(one) == question]

        await self._parley.until(lambda: bool(told()))
        return told()[0].at

    def _limit(self, kind: Kind, route: str, seconds: float, channel: str | None = None) -> None:
        self._parley.stack.discord.faults.add(Fault(kind, route=route, seconds=seconds, channel_id=channel))

    def _of(self, route: str) -> list[Recorded]:
        return queries.of(self._parley.stack.discord.recorder.requests, route)

    # --- waiting for figures

    async def _rest(self) -> None:
        """Wait until nobody works, and the gateway has forgotten the last turn."""
        await self._parley.quiet()
        await self._eventually(self._none_held)

    async def _none_held(self) -> bool:
        return await self._parley.metric("gateway", "parley_gateway_turns_held") == 0

    async def _scraped(self) -> None:
        """Wait until Prometheus has seen every service at rest, twice."""
        for _ in range(2):
            now = time.time()
            await self._eventually(lambda now=now: asyncio.to_thread(self._prometheus.scraped_since, now))  # type: ignore[misc]  # bound now

    async def _eventually(self, condition: Callable[[], Awaitable[bool]]) -> None:
        async with asyncio.timeout(20):
            while not await condition():  # noqa: ASYNC110 — it looks over HTTP
                await asyncio.sleep(LOOK_EVERY)

    def _seen(self, begin: float, end: float, full: float) -> Evidence:
        stack = self._parley.stack
        went = {
            about: (one.outcome, one.turn["source"] or "", one.turn["reason"] or "")
            for about, one in self._replies.items()
        }
        assert went == PLAN, "the conversation went another way; no figure can be blamed for that"
        traces = stack.traces.recent(10_000)
        spans = [span for trace in traces for span in trace.spans if span.start / NANOSECONDS >= begin]
        return Evidence(
            begin=begin,
            end=end,
            full=full,
            questions=self._questions,
            replies=self._replies,
            requests=[one for one in stack.discord.recorder.requests if one.at >= begin],
            records=[one for one in stack.claude.requests if one.at.timestamp() >= begin],
            spans=spans,
            trace_ids=frozenset(trace.trace_id for trace in traces),
        )
