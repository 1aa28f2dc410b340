"""What a manager or member chooses in a panel is what the next question is answered with, at every gateway."""

from __future__ import annotations

import asyncio
from typing import Any, cast

from support.gateways import World
from support.shown import MANAGER, Shown, command, pick, press, send

from parley_gateway.discord.panels import rows_of
from parley_gateway.ports import Responses
from parley_gateway.preferences import MentionRule, Subject, SubjectKind
from parley_gateway.settings_panels.handlers import Handlers, handlers


class Panels:
    """The handlers of one real gateway, whose answers are kept here instead of being sent to Discord."""

    def __init__(self, parley: World, number: int = 0, *, sibling: bool = False) -> None:
        self.shown = Shown(sibling=sibling)
        self.channel = parley.cast.channel("Orchard", "general")
        self.guild = parley.discord.world.guild_of(self.channel) or ""
        self.member = parley.cast.person("Sam")
        self.handlers = self._handlers(parley, number)

    def _handlers(self, parley: World, number: int) -> Handlers:
        gateway = parley.service(number)
        assert gateway.discord is not None
        return handlers(
            cast("Responses", self.shown),
            store=gateway.peers.preferences,
            book=gateway.policies.preferences,
            models=gateway.peers.models,
            accounts=gateway.peers.accounts,
            guilds=gateway.discord.guilds,
            content=True,
        )

    @property
    def told(self) -> dict[str, Any]:
        """What every interaction of the manager tells."""
        return MANAGER | {"guild_id": self.guild, "channel_id": self.channel, "user_id": self.member}

    async def open(self, name: str = "settings", **options: str) -> None:
        await self.handlers.commands[name].take(command(name, options, **self.told))

    async def choose(self, what: str, *values: str) -> None:
        await self.handlers.pressed["settings"].take(pick(self.shown.menu(what).custom_id, *values, **self.told))

    async def press(self, what: str) -> None:
        await self.handlers.pressed["settings"].take(press(self.shown.button(what).custom_id, **self.told))

    async def write(self, what: str, values: dict[str, str]) -> None:
        await self.press(what)
        await self.handlers.pressed["settings"].take(send(self.shown.forms[-1], values, **self.told))


async def test_a_persona_that_is_set_at_one_gateway_counts_at_the_other(pair: World) -> None:
    panels = Panels(pair)
    await panels.open()
    await panels.write("persona", {"persona": "Rhyme always."})
    await pair.until(lambda: pair.service(1).policies.preferences.of(panels.guild, "1", "2").persona == "Rhyme always.")
    await pair.ended(pair.ask("Hello"))
    assert "Rhyme always." in str(pair.executions()[-1].system)


async def test_a_servers_lowered_limit_is_told_and_holds(parley: World) -> None:
    panels = Panels(parley)
    await panels.open()
    await panels.press("page")
    await panels.write("limits", {"messages": "1"})
    assert "questions a minute: 1" in panels.shown.text
    (quota, *_) = (await parley.service(0).peers.accounts.of_guild(panels.guild)).quotas
    assert quota.limit == 1
    await parley.ended(parley.ask("Hello"))
    refused = await parley.ended(parley.ask("Hello again", person="Noor"))
    assert "<t:" in refused
    assert len(parley.executions()) == 1


async def test_channels_that_discord_tells_get_free_talk(parley: World) -> None:
    panels = Panels(parley)
    await panels.open()
    await panels.choose("free", panels.channel)
    assert f"<#{panels.channel}>" in panels.shown.text
    counts = parley.service(0).policies.preferences.of(panels.guild, panels.channel, panels.member)
    assert counts.mention_rule is MentionRule.EVERYTHING


async def test_a_member_is_answered_by_the_model_of_their_choice(parley: World) -> None:
    panels = Panels(parley)
    (wanted, *_) = (model for model in await parley.service(0).peers.models.list() if "haiku" in model.id)
    await panels.open("model", model=wanted.name)
    await parley.ended(parley.ask("Hello"))
    await parley.ended(parley.ask("Hello you", person="Noor"))
    assert [record.model == wanted.id for record in parley.executions()] == [True, False]


async def test_both_gateways_hear_a_choice_and_make_it_once(pair: World) -> None:
    one, other = Panels(pair), Panels(pair, 1, sibling=True)
    await one.open()
    other.shown.panels.extend(one.shown.panels)  # Discord shows both the same one
    await asyncio.gather(one.choose("rule", "commands"), other.choose("rule", "commands"))
    stands = await pair.service(0).peers.preferences.get(Subject(SubjectKind.GUILD, one.guild))
    assert (stands.version, stands.preferences.mention_rule) == (1, MentionRule.COMMANDS)
    assert "✅" in one.shown.text


async def test_discord_takes_both_pages_with_all_that_can_be_chosen(parley: World) -> None:
    panels = Panels(parley)
    await panels.open()
    await panels.choose("free", panels.channel)
    await panels.press("page")
    rest = parley.service(0).bot.hikari.rest
    for panel in panels.shown.panels[-2:]:
        posted = await rest.create_message(int(panels.channel), panel.text, components=rows_of(panel))
        assert len(posted.components) == 5
