"""Many members of one guild who ask at once, and what stands in Discord of the answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from support.held_clock import HeldClock
from support.reading import as_shown
from support.redis_server import needed
from support.replies import spoken
from support.system import PATIENCE, System, system

from parley_gateway.texts import Key, Texts
from parley_sandbox.anthropic import Record
from parley_sandbox.discord import queries

GATEWAYS = ("gateway-1", "gateway-2")
CACHES = ("cache-1", "cache-2")
CHANNELS = 8
"""A channel takes a message a second, so that many members need several."""
MEMORY_SILENT = Texts("en-GB").render(Key.MEMORY_SILENT)


def channels(parley: System) -> list[str]:
    """Return so many channels of one guild, whose replies are each other's."""
    world = parley.stack.discord.world
    home = world.channels[parley.channel()]["guild_id"]
    return [world.add_channel(home, f"room-{number}")["id"] for number in range(CHANNELS)]


def standing(parley: System) -> Mapping[str, Sequence[str]]:
    """Return the texts of the replies that stand in Discord now, by their question; of a long one its first page."""
    requests = parley.stack.discord.recorder.requests
    shown, pages = queries.final_texts(requests), dict[str, list[str]]()
    for question, replies in queries.creates_by_question(requests).items():
        pages[question] = [shown[reply] for reply in replies if reply in shown]
    return pages


def messages_of_the_bot(parley: System, where: Sequence[str]) -> int:
    """Count them, whatever they answer."""
    world = parley.stack.discord.world
    written = (message for channel in where for message in world.messages[channel].values())
    return sum(message["author"]["id"] == world.bot["id"] for message in written)


async def idle(parley: System) -> None:
    """Wait until no gateway holds a turn; the page alone cannot tell, since a gateway that ends tells it no more."""
    async with asyncio.timeout(PATIENCE):
        while sum([await parley.metric(one, "parley_gateway_turns_held") for one in GATEWAYS]):  # noqa: ASYNC110 — HTTP
            await asyncio.sleep(0.1)


def said(records: Sequence[Record]) -> set[tuple[str, ...]]:
    """Return what Claude said, each reply word for word."""
    return {tuple(as_shown(record.text).split()) for record in records}


SAME = "How do I centre a div? [[ttft=0.5 tps=15 text=words:240]]"
OTHER = "What is the number {}? [[ttft=0.5 tps=15 text=words:240]]"
LONG = "Tell it at length. [[ttft=0.5 tps=60 text=words:900]]"
"""Of several pages. Plain words, since an open code block would be closed for its page."""
FLOWS = 10.0
"""So many seconds Claude talks, half of what it has to say; it goes on when the test has done its worst."""


@asynccontextmanager
async def two_of_each(**environment: str) -> AsyncIterator[System]:
    """Two gateways and two caches on a Redis of their own, and slots for everybody.

    A machine that starts all this and hears so many at once is slow to its first word; that is not what is tested.
    """
    needed()
    patient = {"PARLEY_GATEWAY_CACHE_SILENCE": "2", "PARLEY_GATEWAY_CACHE_FIRST_WORD": "10"}
    async with system(gateways=2, caches=2, slots=32, redis="local", environment=patient | environment) as parley:
        yield parley


class Crowd:
    """Members who ask, each once. asked: the text of each question, by its id; where: the channels they ask in."""

    def __init__(self, parley: System) -> None:
        self.parley = parley
        self.where = channels(parley)
        self.asked: dict[str, str] = {}
        self._clock = parley.stack.claude.clock = HeldClock(FLOWS)

    def ask(self, *, same: int, others: int, long: int = 0) -> None:
        """Let so many members ask the same, so many something of their own, so many something long, all at once."""
        begun = len(self.asked)
        own = [OTHER.format(begun + number) for number in range(others)]
        texts = [*[SAME] * same, *own, *[LONG] * long]
        for at, (person, text) in enumerate(zip(self.parley.newcomers(len(texts)), texts, strict=True)):
            room = self.where[at % CHANNELS]
            self.asked[self.parley.ask(text, person=person, channel=room)] = text

    def ask_alone(self, person: str, text: str) -> str:
        """Let somebody ask the bot alone, where their next question goes on from it; return the question's id."""
        people = self.parley.stack.discord.people
        channel = str(people.open_dm(self.parley.person(person))["id"])
        question = str(people.say(self.parley.person(person), channel, text)["id"])
        self.where = list(dict.fromkeys([*self.where, channel]))
        self.asked[question] = text
        return question

    @property
    def texts(self) -> Sequence[str]:
        """The different texts that were asked."""
        return tuple(dict.fromkeys(self.asked.values()))

    def records(self, text: str) -> list[Record]:
        """Return Claude's executions of one text."""
        return [record for record in self.parley.executions() if text in record.question]

    def attempts(self) -> Mapping[str, int]:
        """Return how often Claude was asked each text."""
        return {text: len(self.records(text)) for text in self.texts}

    @property
    def once(self) -> Mapping[str, int]:
        """What `attempts` is when nothing was asked twice."""
        return dict.fromkeys(self.texts, 1)

    async def shown(self, characters: int = 1) -> None:
        """Wait until every reply shows so many characters."""

        def all_show() -> bool:
            stands = standing(self.parley)
            return all(len("".join(stands.get(question, ()))) >= characters for question in self.asked)

        await self.parley.until(all_show)

    @property
    def in_mid_stream(self) -> bool:
        """Whether Claude is in the middle of an answer to every text."""
        spoken = [record for record in self.parley.executions() if record.outcome == "running" and record.first_delta]
        return all(any(text in record.question for record in spoken) for text in self.texts)

    async def wrong(self) -> list[str]:
        """Let Claude end, wait until all turns have ended; return what is wrong with what stands then: nothing, if
        each question has one reply, and that is one attempt, byte for byte but for the white space where pages are cut.
        """
        self._clock.let_go()
        replies = await self.parley.replies(list(self.asked))
        ended = [
            f"{question}: {reply.outcome} {reply.turn['reason'] or ''}"
            for question, reply in zip(self.asked, replies, strict=True)
            if (reply.outcome, reply.turn["reason"] or "") != ("answered", "")
        ]
        texts = [wrong for question, text in self.asked.items() if (wrong := self._wrong(question, text))]
        return [*ended, *texts, *self._left_over(sum(len(reply.pages) for reply in replies))]

    def _wrong(self, question: str, text: str) -> str:
        chains = standing(self.parley).get(question, ())
        if len(chains) != 1:
            return f"{question}: {len(chains)} replies stand"
        shown = _bytes("".join(map(spoken, self._pages(question))))
        attempts = [record for record in self.records(text) if _bytes(as_shown(record.text)) == shown]
        if len(attempts) == 1 and attempts[0].outcome == "completed":
            return ""
        heads = [
            f"{record.outcome} {len(_bytes(as_shown(record.text)))} {record.text[:40]!r}"
            for record in self.records(text)
        ]
        begin, end = shown[:60], shown[-40:]
        return f"{question}: shown {len(shown)} {begin!r}…{end!r} is none of {heads}"

    def _pages(self, question: str) -> list[str]:
        """Return the texts of a reply's pages: only the first answers the question, but all nonces begin alike."""
        requests = self.parley.stack.discord.recorder.requests
        shown = queries.final_texts(requests)
        created = queries.of(requests, queries.CREATE)
        nonces = {str(one.message_id): str(one.body["nonce"]) for one in created if one.message_id in shown}
        own = next(nonces[one] for one in queries.creates_by_question(requests)[question] if one in shown)
        return [shown[one] for one, nonce in nonces.items() if nonce.startswith(own.removesuffix("0"))]

    def _left_over(self, pages: int) -> list[str]:
        stand = messages_of_the_bot(self.parley, self.where)
        found = [] if stand == pages else [f"{stand} messages stand, {pages} are answers"]
        world = self.parley.stack.discord.world
        buttons = sum(
            "v1:stop:" in str(one["components"]) for where in self.where for one in world.messages[where].values()
        )
        if buttons:
            found.append(f"{buttons} Stop buttons are left")
        if any(MEMORY_SILENT in str(one.body) for one in self.parley.stack.discord.recorder.requests):
            found.append("somebody was told that memory could not be reached")
        return found


def _bytes(text: str) -> str:
    return "".join(text.split())
