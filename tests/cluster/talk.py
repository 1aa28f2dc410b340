"""Members who ask through the page, and a judge who reads what stands in Discord afterwards.

Each question says word for word what Claude is to answer, with words that no other answer has. So an answer that is cut,
spliced or doubled is seen, whichever process wrote it.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from cluster.kube import RELEASE, Kube
from typing_extensions import override

from parley_sandbox.command.client import RefusedError, SandboxClient, UnreachableError

Json = dict[str, Any]

PAGE: Final = 8010
PATIENCE: Final = 150.0
"""Seconds until an unanswered question counts as lost; a gateway gives a turn up after 120."""
SPANS_WITHIN: Final = 10.0
"""Seconds after which a trace counts as complete."""
EVERY: Final = 1.0
"""Seconds between two questions of a talk, a load. With more, Discord's limits for a channel would be what is measured."""


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked, and the only right answer."""

    id: str
    channel: str
    answer: str
    at: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many questions were answered how."""

    asked: int
    lost: int
    doubled: int
    broken: int
    slowest: float
    """Seconds from a question to its whole answer, at most."""

    @property
    def clean(self) -> bool:
        return self.asked > 0 and not self.lost + self.doubled + self.broken

    @override
    def __str__(self) -> str:
        return (
            f"{self.asked} asked, {self.lost} lost, {self.doubled} doubled, {self.broken} broken; "
            f"slowest answer {self.slowest:.1f} s"
        )


@dataclass
class Conversation:
    """The page of one sandbox, as three members use it."""

    client: SandboxClient
    members: Mapping[str, Sequence[str]]
    """The channels of each person."""
    place: str
    texts: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    """The texts of the bot's messages by question and message."""
    whole: dict[str, float] = field(default_factory=dict)
    """When a question's answer stood there whole, by the clock of this process."""
    wanted: dict[str, Question] = field(default_factory=dict)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    _seats: Iterator[tuple[str, str]] = field(init=False)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        # Each person once before anybody twice, and the channels in turn: each takes a message a second.
        self._seats = itertools.cycle(
            (person, channels[(seat + turn) % len(channels)])
            for turn in range(max(map(len, self.members.values())))
            for seat, (person, channels) in enumerate(self.members.items())
        )

    async def ask(self, words: int = 30, pace: int = 40) -> Question:
        """Ask for so many words, so many a second."""
        person, channel = next(self._seats)
        number = next(self._numbers)
        answer = " ".join(f"q{number}w{word}" for word in range(words))
        text = f'@parley {number} [[ttft=0.2 tps={pace} exact="{answer}"]]'
        asked = await self.client.post(f"/api/channels/{channel}/messages", {"person": person, "content": text})
        question = Question(asked["id"], channel, answer, time.monotonic())
        self.wanted[question.id] = question
        # The answer may have come before the question's id.
        self._look(question.id)
        return question

    async def follow(self) -> None:
        """Take in what happens, until cancelled."""
        while True:
            with contextlib.suppress(UnreachableError):
                await self._events()
                await self.read()
            await asyncio.sleep(EVERY)

    async def _events(self) -> None:
        events = self.client.events(next(iter(self.members)), self.place)
        async for kind, content in events:
            if kind == "reset":
                return
            if kind in {"message_create", "message_update"}:
                self._take(content)

    async def read(self) -> None:
        """Read everything anew: what stands there now is what counts."""
        self.texts.clear()
        person = next(iter(self.members))
        self.place = (await self.client.get("/api/state"))["place"]
        for channel in {channel for channels in self.members.values() for channel in channels}:
            for message in (await self.client.get(f"/api/channels/{channel}/messages", person=person))["messages"]:
                self._take(message)

    def _take(self, message: Json) -> None:
        if message["author"]["bot"] and message["reply_to"]:
            question = message["reply_to"]["id"]
            self.texts[question][message["id"]] = message["draft"]
            self._look(question)

    def _look(self, question_id: str) -> None:
        question = self.wanted.get(question_id)
        if question and any(question.answer in text for text in self.texts[question_id].values()):
            self.whole.setdefault(question_id, time.monotonic())
        self.changed.set()

    async def until(self, questions: Sequence[Question], characters: int = 0) -> None:
        """Wait until each answer is whole, or shows so many characters. Raises TimeoutError."""
        async with asyncio.timeout(PATIENCE):
            while not all(self._shows(question, characters) for question in questions):
                self.changed.clear()
                await self.changed.wait()

    def _shows(self, question: Question, characters: int) -> bool:
        if not characters:
            return question.id in self.whole
        return any(len(text) >= characters for text in self.texts[question.id].values())

    async def judge(self, questions: Sequence[Question]) -> Verdict:
        """Wait for the answers, read what stands, and count."""
        with contextlib.suppress(TimeoutError):
            await self.until(questions)
        await self.read()
        standing = {question.id: list(self.texts[question.id].values()) for question in questions}
        times = [self.whole[question.id] - question.at for question in questions if question.id in self.whole]
        return Verdict(
            asked=len(questions),
            lost=sum(not texts for texts in standing.values()),
            doubled=sum(len(texts) > 1 for texts in standing.values()),
            broken=sum(self._broken(question, standing[question.id]) for question in questions),
            slowest=max(times, default=0.0),
        )

    @staticmethod
    def _broken(question: Question, texts: Sequence[str]) -> bool:
        return bool(texts) and not any(text.count(question.answer) == 1 for text in texts)

    async def executions(self, question: Question) -> int:
        """Return how often Claude was asked for it: the spans of its trace tell, which may come a moment later."""
        count = 0
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SPANS_WITHIN):
                while not (count := await self._chats(question)):  # noqa: ASYNC110 — it looks over HTTP
                    await asyncio.sleep(0.2)
        return count

    async def _chats(self, question: Question) -> int:
        turn = await self.client.get(f"/api/turns/{question.id}")
        trace = await self.client.get_or_nothing(f"/api/traces/{turn['trace_id']}")
        return sum(span["name"].startswith("chat ") for span in trace.get("spans", ()))


@contextlib.asynccontextmanager
async def conversation(kube: Kube) -> AsyncIterator[Conversation]:
    """Open the page through its Service."""
    async with kube.forwarded(f"{RELEASE}-sandbox", PAGE) as url, SandboxClient(url) as client:
        talk = await _enter(client)
        following = asyncio.create_task(talk.follow())
        try:
            yield talk
        finally:
            following.cancel()
            await asyncio.wait([following])


async def _enter(client: SandboxClient) -> Conversation:
    state = await client.get("/api/state")
    members = {}
    for person in (each["id"] for each in state["persons"]):
        guilds = (await client.get("/api/state", person=person))["guilds"]
        members[person] = [channel["id"] for guild in guilds for channel in guild["channels"]]
    return Conversation(client, members, state["place"])


@contextlib.asynccontextmanager
async def talking(talk: Conversation) -> AsyncIterator[list[Question]]:
    """Let the members ask one thing after the other as long as the block runs; its list grows meanwhile."""
    asked: list[Question] = []
    enough = asyncio.Event()

    async def ask() -> None:
        while not enough.is_set():
            with contextlib.suppress(RefusedError):
                asked.append(await talk.ask())
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(enough.wait(), EVERY)

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(ask())
        try:
            yield asked
        finally:
            enough.set()
