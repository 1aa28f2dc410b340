"""Members of a guild, what they do in Discord and what they see there; the system behind is one of each, or two on Redis."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from support.forked import forked
from support.redis_server import needed
from support.system import PATIENCE, Reply, System, system

from parley_sandbox.discord import queries
from parley_sandbox.starters import Starter

Json = Mapping[str, Any]
SHORT = "[[ttft=0.05 tps=400 text=words:12]]"
"""An answer that is there at once."""
FLOWING = "[[ttft=0.1 tps=60 tokens=400]]"
"""An answer of some seconds."""
ENDLESS = "[[ttft=0.1 tps=40 tokens=4000]]"
"""An answer that lasts for as long as a test."""
EPHEMERAL = 1 << 6
STRING_SELECT = 3


@dataclass(frozen=True, slots=True)
class SetUp:
    """How many there are, and what they remember in."""

    name: str
    gateways: int
    caches: int
    redis: str


SET_UPS = (SetUp("memory", 1, 1, ""), SetUp("redis", 2, 2, "local"))
"""Every expectation holds for one of each in memory, and for two gateways and two caches on Redis."""


class Members:
    """The words of the tests of what members expect."""

    def __init__(self, parley: System, set_up: SetUp) -> None:
        self.parley, self.set_up = parley, set_up
        self.people, self.world = parley.stack.discord.people, parley.stack.discord.world
        self._rooms = 0

    @property
    def gateways(self) -> Sequence[str]:
        """The gateways' names."""
        return [child for child in self.parley.stack.children if child.startswith("gateway")]

    def room(self, guild: str = "Orchard") -> str:
        """Return a channel of its own, where no other test talks."""
        self._rooms += 1
        home = next(one["id"] for one in self.world.guilds.values() if one["name"] == guild)
        return str(self.world.add_channel(home, f"room-{self._rooms}")["id"])

    def person(self, name: str) -> str:
        """Return a person's id."""
        return name if name.isdigit() else self.parley.person(name)

    # --- what they do

    def say(self, text: str, where: str, *, person: str = "Sam", reply_to: str | None = None, **more: Any) -> str:
        """Write a message; return its id."""
        return str(self.people.say(self.person(person), where, text, reply_to=reply_to, **more)["id"])

    def ask(self, text: str, where: str, *, person: str = "Sam", reply_to: str | None = None, **more: Any) -> str:
        """Mention the bot; return the question's id."""
        return self.say(f"{self.parley.bot} {text}", where, person=person, reply_to=reply_to, **more)

    def press(self, message: str, label: str, *, person: str = "Sam") -> None:
        """Press the button of a message that is labelled so."""
        found = self.buttons(message)
        assert label in found, f"no {label!r} among {list(found)}"
        self.people.click(self.person(person), message, found[label])

    def command(self, name: str, where: str, *, person: str = "Sam", **options: object) -> str:
        """Use a command; return the interaction's id."""
        return str(self.people.command(self.person(person), where, name, options)["id"])

    async def used(self, name: str, where: str, *, person: str = "Sam", **options: object) -> str:
        """Use a command, and wait until its answer says something; return the id of the message that does."""
        used = self.command(name, where, person=person, **options)
        await self.parley.until(lambda: any(one["content"] for one in self._of_command(used, where)))
        return str(self._of_command(used, where)[0]["id"])

    async def shows(self, words: str, name: str, where: str, *, person: str = "Sam") -> str:
        """Use a command until its answer holds these words: a turn is seen to end a moment before it is remembered."""
        async with asyncio.timeout(PATIENCE):
            while True:
                shown = str(self.message(await self.used(name, where, person=person))["content"])
                if words in shown:
                    return shown

    async def complete(
        self, name: str, where: str, option: str, typed: str, *, person: str = "Sam"
    ) -> Mapping[str, str]:
        """Begin to type an option; return what it is completed with: the values by their names."""
        asked = self.people.complete(self.person(person), where, name, option=option, typed=typed)
        await self.parley.until(lambda: asked.choices is not None)
        return {one["name"]: one["value"] for one in asked.choices or ()}

    def pick(self, message: str, *labels: str, person: str = "Sam") -> None:
        """Choose these lines of the menu of a message that has them."""
        for menu in self._menus(message):
            values = {one["label"]: one["value"] for one in menu["options"]}
            if set(labels) <= set(values):
                self.people.select(self.person(person), message, menu["custom_id"], [values[one] for one in labels])
                return
        raise AssertionError(f"no menu with {labels} among {self._menus(message)}")

    async def submit(self, *, person: str = "Sam", **values: str) -> None:
        """Wait for the form that the bot opens, and send it with these values."""
        who = self.person(person)
        await self.parley.until(lambda: bool(self.people.forms(who)))
        self.people.submit(who, self.people.forms(who)[-1].id, values)

    def direct(self, person: str = "Sam") -> str:
        """Return somebody's direct channel with the bot."""
        return str(self.people.open_dm(self.person(person))["id"])

    # --- what they see

    async def answer(self, question: str, within: float = PATIENCE) -> Reply:
        """Wait until a question's turn has ended; return what stands."""
        return await self.parley.reply(question, within)

    async def answered(self, text: str, where: str, **more: Any) -> Reply:
        """Ask, and wait for the answer."""
        return await self.answer(self.ask(text, where, **more))

    def message(self, message: str) -> Json:
        """Return a message as it stands."""
        found = (messages[message] for messages in self.world.messages.values() if message in messages)
        return dict(next(found))

    def buttons(self, message: str) -> Mapping[str, str]:
        """Return the custom ids of a message's buttons by their labels."""
        rows = self.message(message)["components"]
        return {one["label"]: one["custom_id"] for row in rows for one in row["components"] if one["type"] == 2}

    async def says(self, message: str, *words: str) -> str:
        """Wait until a message holds these words; return it."""
        await self.parley.until(lambda: all(one in self.message(message)["content"] for one in words))
        return str(self.message(message)["content"])

    def _menus(self, message: str) -> Sequence[Json]:
        rows = self.message(message)["components"]
        return [one for row in rows for one in row["components"] if one["type"] == STRING_SELECT]

    def _of_command(self, interaction: str, where: str) -> Sequence[Json]:
        messages = self.world.messages[where].values()
        return [one for one in messages if one.get("interaction_metadata", {}).get("id") == interaction]

    def seen(self, where: str, *, person: str = "Sam") -> Sequence[Json]:
        """Return what somebody sees in a channel, oldest first."""
        return self.people.messages(self.person(person), where)

    def told(self, where: str, *, person: str = "Sam") -> Sequence[str]:
        """Return what was said to somebody alone there."""
        return [one["content"] for one in self.seen(where, person=person) if one["flags"] & EPHEMERAL]

    def of_the_bot(self, where: str) -> Sequence[Json]:
        """Return the bot's messages in a channel that everybody sees, oldest first."""
        bot = self.world.bot["id"]
        return [
            one
            for one in self.world.messages[where].values()
            if one["author"]["id"] == bot and not one["flags"] & EPHEMERAL
        ]

    async def until_told(self, where: str, *, person: str = "Sam") -> str:
        """Wait until somebody is told something alone; return it."""
        await self.parley.until(lambda: any(self.told(where, person=person)))
        return self.told(where, person=person)[-1]

    def replies(self, question: str) -> Sequence[str]:
        """Return the bot's messages that reply to a question and stand."""
        requests = self.parley.stack.discord.recorder.requests
        standing = queries.final_texts(requests)
        return [one for one in queries.creates_by_question(requests).get(question, ()) if one in standing]

    async def until_replied(self, *questions: str) -> None:
        """Wait until the bot has replied something to each, a notice of the queue included."""
        await self.parley.until(lambda: all(map(self.replies, questions)))

    def heard(self, text: str) -> Sequence[Any]:
        """Return the requests to Claude whose question says this."""
        return [record for record in self.parley.executions() if text in record.question]


@asynccontextmanager
async def members(
    set_up: SetUp, *, environment: Mapping[str, str] | None = None, starter: Starter = forked, **settings: Any
) -> AsyncIterator[Members]:
    """Start everything. Machines that do all this at once are slow to their first word; that is not what is tested."""
    if set_up.redis:
        needed()
    patient = {
        "PARLEY_GATEWAY_CACHE_SILENCE": "2",
        "PARLEY_GATEWAY_CACHE_FIRST_WORD": "10",
        "PARLEY_GATEWAY_MESSAGE_CONTENT": "true",
    }
    chosen = {"gateways": set_up.gateways, "caches": set_up.caches, "redis": set_up.redis, "slots": 16} | settings
    async with system(environment=patient | dict(environment or {}), starter=starter, **chosen) as parley:
        yield Members(parley, set_up)
