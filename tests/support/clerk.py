"""A bot that uses every part of a conversation that the page can show: commands, completions, lists, forms, files."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import hikari
from hikari.api import MessageActionRowBuilder
from hikari.impl import AutocompleteChoiceBuilder
from support.hikari_bots import lean_bot, running
from support.loopback import Cast
from support.page import playground

from parley_sandbox.discord import GatewaySettings, Limits, LoopbackDiscord

DRINKS: Final = ("green tea", "black tea", "coffee")
NOTES: Final = "# Notes\n\n" + "\n".join(f"line {number}" for number in range(40))
_SAY: Final = hikari.ResponseType.MESSAGE_CREATE
_CHANGE: Final = hikari.ResponseType.MESSAGE_UPDATE
_OPTION: Final = hikari.OptionType
Handler: TypeAlias = Callable[[Any], Awaitable[Any]]


@dataclass
class Clerk:
    """The bot, what it heard, and when it may go on."""

    bot: hikari.GatewayBot
    heard: list[Any] = field(default_factory=list)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def hear(self, event: hikari.InteractionCreateEvent) -> None:
        """Answer one interaction; what nobody here knows stays without an answer."""
        interaction: Any = event.interaction
        kinds: Mapping[type[Any], str] = {
            hikari.CommandInteraction: "command_name",
            hikari.AutocompleteInteraction: "command_name",
            hikari.ComponentInteraction: "custom_id",
            hikari.ModalInteraction: "custom_id",
        }
        name = getattr(interaction, kinds[type(interaction)]).lower().replace(" ", "_")
        self.heard.append(interaction)
        if handler := getattr(self, f"{type(interaction).__name__.removesuffix('Interaction').lower()}_{name}", None):
            await handler(interaction)

    async def register(self) -> None:
        """Tell Discord what can be called."""
        rest = self.bot.rest
        me = await rest.fetch_my_user()
        order = rest.slash_command_builder("order", "Order a drink").set_name_localizations({hikari.Locale.JA: "注文"})
        drink = hikari.CommandOption(
            type=_OPTION.STRING, name="drink", description="What", is_required=True, autocomplete=True
        )
        cups = hikari.CommandOption(
            type=_OPTION.INTEGER, name="cups", description="How many", is_required=True, min_value=1, max_value=9
        )
        notes = hikari.CommandOption(type=_OPTION.ATTACHMENT, name="notes", description="Something to read")
        plain = ("desk", "form", "ponder", "sulk")
        await rest.set_application_commands(
            me.id,
            [
                order.add_option(drink).add_option(cups).add_option(notes),
                *(rest.slash_command_builder(name, f"Try {name}") for name in plain),
                rest.context_menu_command_builder(hikari.CommandType.MESSAGE, "Quote this"),
            ],
        )

    async def autocomplete_order(self, interaction: hikari.AutocompleteInteraction) -> None:
        typed = next(str(option.value) for option in interaction.options if option.is_focused)
        fitting = [drink for drink in DRINKS if typed in drink]
        await interaction.create_response([AutocompleteChoiceBuilder(drink, drink.upper()) for drink in fitting])

    async def command_order(self, interaction: hikari.CommandInteraction) -> None:
        given = {option.name: option.value for option in interaction.options or ()}
        files = [each.filename for each in (interaction.resolved.attachments.values() if interaction.resolved else ())]
        words = f"{given['cups']} × {given['drink']}" + "".join(f", with {name}" for name in files)
        await interaction.create_initial_response(_SAY, words, attachment=hikari.Bytes(NOTES, "notes.md"))

    async def command_quote_this(self, interaction: hikari.CommandInteraction) -> None:
        assert interaction.resolved is not None
        message = next(iter(interaction.resolved.messages.values()))
        await interaction.create_initial_response(_SAY, f"> {message.content}")

    async def command_ponder(self, interaction: hikari.CommandInteraction) -> None:
        await interaction.create_initial_response(hikari.ResponseType.DEFERRED_MESSAGE_CREATE)
        await self.go_on.wait()
        await interaction.edit_initial_response("pondered")

    async def command_form(self, interaction: hikari.CommandInteraction) -> None:
        name = self.bot.rest.build_modal_action_row().add_text_input("name", "Name", min_length=3, max_length=10)
        more = self.bot.rest.build_modal_action_row().add_text_input(
            "more", "More", style=hikari.TextInputStyle.PARAGRAPH, required=False
        )
        await interaction.create_modal_response("Who are you?", "who", components=[name, more])

    async def modal_who(self, interaction: hikari.ModalInteraction) -> None:
        given = {each.custom_id: each.value for row in interaction.components for each in row.components}
        await interaction.create_initial_response(_SAY, f"You are {given['name']}")

    async def command_desk(self, interaction: hikari.CommandInteraction) -> None:
        flags = hikari.MessageFlag.EPHEMERAL
        await interaction.create_initial_response(_SAY, "The desk", flags=flags, components=self._desk())

    def _desk(self) -> list[MessageActionRowBuilder]:
        rows = [self.bot.rest.build_message_action_row() for _ in range(5)]
        menu = rows[0].add_text_menu("colours", placeholder="Colours", min_values=1, max_values=2)
        for colour in ("red", "green", "blue"):
            menu.add_option(colour.title(), colour)
        kinds = hikari.ComponentType
        rows[1].add_select_menu(kinds.USER_SELECT_MENU, "people", placeholder="People")
        rows[2].add_select_menu(kinds.ROLE_SELECT_MENU, "roles", placeholder="Roles")
        rows[3].add_select_menu(kinds.CHANNEL_SELECT_MENU, "channels", placeholder="Channels")
        rows[4].add_interactive_button(hikari.ButtonStyle.SECONDARY, "nothing", label="Nothing")
        return rows

    async def component_colours(self, interaction: hikari.ComponentInteraction) -> None:
        await interaction.create_initial_response(_CHANGE, f"Painted {' and '.join(interaction.values)}")

    async def component_people(self, interaction: hikari.ComponentInteraction) -> None:
        assert interaction.resolved is not None
        names = [user.global_name for user in interaction.resolved.users.values()]
        await interaction.create_initial_response(_CHANGE, f"Called {names[0]}")

    async def component_roles(self, interaction: hikari.ComponentInteraction) -> None:
        await interaction.create_initial_response(_CHANGE, f"Role {interaction.values[0]}")

    async def component_channels(self, interaction: hikari.ComponentInteraction) -> None:
        await interaction.create_initial_response(_CHANGE, f"Going to <#{interaction.values[0]}>")


@dataclass(frozen=True)
class Office:
    """A page with a clerk behind it."""

    clerk: Clerk
    discord: LoopbackDiscord
    cast: Cast
    url: str

    def at(self, person: str, channel: str = "", guild: str = "Orchard") -> str:
        """The page's address as this person, in a channel when one is named."""
        where = f"&channel={self.cast.channel(guild, channel)}" if channel else ""
        return f"{self.url}/?person={self.cast.person(person)}{where}"

    def say(self, person: str, text: str, channel: str = "general", guild: str = "Orchard") -> str:
        """Write as a person, and tell the message's id."""
        there = self.cast.channel(guild, channel)
        return str(self.discord.people.say(self.cast.person(person), there, text)["id"])


@contextlib.asynccontextmanager
async def office() -> AsyncIterator[Office]:
    """Open an office; its clerk has registered what it can do."""
    discord = LoopbackDiscord(gateway=GatewaySettings(identify_window=0.0), limits=Limits.none())
    async with playground(discord=discord) as (_, url), discord.serve() as address:
        clerk = Clerk(lean_bot(discord.token, address))
        async with running(clerk.bot, (hikari.InteractionCreateEvent, clerk.hear)):
            await clerk.register()
            yield Office(clerk, discord, Cast(discord), url)
