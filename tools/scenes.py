"""What members meet besides an answer, played before the camera: a queue, a stored answer, an error, settings, a thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from parley_sandbox.stack import Stack

SLOW = "[[ttft=0.3 tps=15 tokens=1500]]"
PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture: who looks where, and what their window is set to."""

    name: str
    person: str
    channel: str
    locale: str = "en-GB"


class Stage:
    """The people of the sandbox."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._people, self._world = stack.discord.people, stack.discord.world
        self._bot = f"<@{self._world.bot['id']}>"

    async def play(self) -> list[Scene]:
        """Play all scenes; return what to look at. The last one, a queue, is still going on then."""
        return [
            await self._stored(),
            await self._error(),
            await self._settings(),
            await self._thread(),
            await self._queue(),
        ]

    async def _stored(self) -> Scene:
        where, question = (
            self._channel("Workshop", "lab"),
            f"{self._bot} What is a monad, in one sentence? [[text=words:30]]",
        )
        for name in ("Sam", "Noor"):
            self._people.say(self._person(name), where, question)
            await self._ended(where)
        return Scene("member-stored", "Noor", where)

    async def _error(self) -> Scene:
        where = self._channel("Workshop", "general")
        self._people.say(self._person("Noor"), where, f"{self._bot} Hello? [[error=500 times=9]]")
        await self._ended(where)
        return Scene("member-error", "Noor", where)

    async def _settings(self) -> Scene:
        where = self._channel("Orchard", "help")
        self._people.command(self._person("Mika"), where, "settings")
        await self._until(lambda: any(one["components"] for one in self._seen("Mika", where)))
        return Scene("member-settings-ja", "Mika", where, "ja-JP")

    async def _thread(self) -> Scene:
        home, sam = self._channel("Orchard", "general"), self._person("Sam")
        begun = self._people.say(sam, home, "Let us look at the recipe together")
        where = str(self._people.begin_thread(sam, home, "The recipe", begun["id"])["id"])
        recipe = ("recipe.md", b"# Plum jam\n\n- 1 kg of plums\n- 500 g of sugar\n")
        self._people.say(sam, where, f"{self._bot} Is there too much sugar in it? [[text=words:40]]", files=[recipe])
        await self._ended(where)
        self._people.command(sam, where, "context")
        await self._until(lambda: any(one["flags"] & 64 and one["content"] for one in self._seen("Sam", where)))
        return Scene("member-thread", "Sam", where)

    async def _queue(self) -> Scene:
        mika = self._person("Mika")
        where = str(self._people.open_dm(mika)["id"])
        self._people.say(mika, where, f"梅の木の手入れを教えて {SLOW}")
        await self._until(lambda: len(self._seen("Mika", where)) == 2)  # noqa: PLR2004 — the question and its answer
        self._people.say(mika, where, "それから、桜は?")
        await self._until(lambda: "⏳" in self._seen("Mika", where)[-1]["content"])
        return Scene("member-queue-ja", "Mika", where, "ja-JP")

    # --- who and where

    def _person(self, name: str) -> str:
        return next(one.id for one in self._world.people.values() if one.name == name)

    def _channel(self, guild: str, name: str) -> str:
        home = next(one["id"] for one in self._world.guilds.values() if one["name"] == guild)
        return next(str(one["id"]) for one in self._world.channels_of(home) if one["name"] == name)

    def _seen(self, person: str, where: str) -> list[dict[str, Any]]:
        return self._people.messages(self._person(person), where)

    async def _ended(self, where: str) -> None:
        """Wait until the last message is an answer that nobody can stop any more."""

        def over() -> bool:
            last = list(self._world.messages[where].values())[-1]
            return last["author"]["id"] == self._world.bot["id"] and ":stop:" not in str(last["components"])

        await self._until(over)

    async def _until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not condition():  # noqa: ASYNC110 — what it looks at has no event in common
                await asyncio.sleep(0.05)

    def address(self, scene: Scene) -> str:
        """Return where the page shows a scene."""
        return f"{self._stack.url}/?person={self._person(scene.person)}&channel={scene.channel}"
