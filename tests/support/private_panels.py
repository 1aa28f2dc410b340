"""Panels that the bot shows to one person alone: opened by a command, then pressed, chosen in and written to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from support.members import Members

from parley_sandbox.discord.components import interactive

LOADING = 1 << 7


class PrivatePanel:
    """What one person has before them in a channel."""

    def __init__(self, members: Members, where: str, person: str = "Mika") -> None:
        self._members, self._where, self._person = members, where, members.person(person)
        self._message = ""

    def offered(self, name: str) -> bool:
        """Whether Discord offers the person this command here."""
        return name in {one["name"] for one in self._members.people.commands(self._person, self._where)}

    async def use(self, name: str, **options: str) -> None:
        """Use a command, as soon as the bot has registered it, and wait for what it shows."""
        await self._members.parley.until(lambda: self.offered(name))
        used = self._members.people.command(self._person, self._where, name, options)
        await self._members.parley.until(lambda: any(self._answers(str(used["id"]))))
        self._message = next(self._answers(str(used["id"])))

    async def until(self, words: str) -> None:
        """Wait until the panel says something."""
        await self._members.parley.until(lambda: words in self.text)

    async def choose(self, what: str, *values: str) -> None:
        """Choose in a menu, as soon as it is there."""
        await self._members.parley.until(lambda: bool(self._custom_id(what)))
        self._members.people.select(self._person, self._message, self._custom_id(what), values)

    async def press(self, what: str) -> None:
        """Press a button, as soon as it is there."""
        await self._members.parley.until(lambda: bool(self._custom_id(what)))
        self._members.people.click(self._person, self._message, self._custom_id(what))

    async def write(self, what: str, values: Mapping[str, str]) -> None:
        """Press a button that opens a form, and send that."""
        await self.press(what)
        forms = self._members.people.forms
        await self._members.parley.until(lambda: bool(forms(self._person)))
        self._members.people.submit(self._person, forms(self._person)[-1].id, values)

    def completions(self, name: str, typed: str) -> Any:
        """Type the option `model` of a command."""
        return self._members.people.complete(self._person, self._where, name, option="model", typed=typed)

    @property
    def text(self) -> str:
        """What the panel says."""
        return str(self._members.message(self._message)["content"])

    @property
    def chosen(self) -> list[str]:
        """The ids of what is chosen beforehand in the menu of channels."""
        menus = (one for one in interactive(self._shown["components"]) if one["type"] == 8)
        return [one["id"] for menu in menus for one in menu.get("default_values", [])]

    @property
    def _shown(self) -> Mapping[str, Any]:
        return self._members.message(self._message)

    def _custom_id(self, what: str) -> str:
        parts = (str(one["custom_id"]) for one in interactive(self._shown["components"]))
        return next((custom_id for custom_id in parts if what in custom_id.split(":")), "")

    def _answers(self, interaction: str) -> Iterator[str]:
        for message in self._members.world.messages[self._where].values():
            caused = message.get("interaction_metadata") or {}
            if caused.get("id") == interaction and not message["flags"] & LOADING:
                yield str(message["id"])
