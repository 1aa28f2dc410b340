"""A hikari bot that has something of everything a bot can offer, and obliges whoever uses it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import hikari
from support.hikari_bots import lean_bot, running

from parley_sandbox.discord import LoopbackDiscord

EPHEMERAL = hikari.MessageFlag.EPHEMERAL
MODELS = ("haiku", "opus", "sonnet")


@asynccontextmanager
async def obliging(discord: LoopbackDiscord) -> AsyncIterator[hikari.GatewayBot]:
    """Serve this Discord with the bot in it.

    /ask answers after a while, /settings opens lists and buttons, /sulk never answers, the menus say what they are about.
    """
    async with discord.serve() as address:
        bot = lean_bot(discord.token, address)

        async def oblige(event: hikari.InteractionCreateEvent) -> None:
            await _oblige(event.interaction)

        async with running(bot, (hikari.InteractionCreateEvent, oblige)):
            await bot.rest.set_application_commands(int(discord.world.bot["id"]), _commands(bot))
            yield bot


def _commands(bot: hikari.GatewayBot) -> list[Any]:
    option, kinds = hikari.CommandOption, hikari.OptionType
    ask = bot.rest.slash_command_builder("ask", "Ask something").set_name_localizations({"ja": "質問"})
    ask.add_option(option(type=kinds.STRING, name="prompt", description="What", is_required=True, max_length=100))
    ask.add_option(option(type=kinds.STRING, name="model", description="Which", autocomplete=True))
    ask.add_option(option(type=kinds.ATTACHMENT, name="file", description="A file"))
    settings = bot.rest.slash_command_builder("settings", "Settings")
    settings.set_default_member_permissions(hikari.Permissions.MANAGE_GUILD)
    sulk = bot.rest.slash_command_builder("sulk", "Never answers")
    about = bot.rest.context_menu_command_builder(hikari.CommandType.MESSAGE, "Ask Claude")
    who = bot.rest.context_menu_command_builder(hikari.CommandType.USER, "Who is this?")
    return [ask, settings, sulk, about, who]


async def _oblige(interaction: hikari.PartialInteraction) -> None:
    match interaction:
        case hikari.AutocompleteInteraction():
            typed = next(str(option.value) for option in interaction.options if option.is_focused)
            models = [model for model in MODELS if model.startswith(typed)]
            await interaction.create_response(
                [hikari.impl.AutocompleteChoiceBuilder(one.title(), one) for one in models]
            )
        case hikari.CommandInteraction():
            await _command(interaction)
        case hikari.ComponentInteraction(custom_id="persona"):
            field = hikari.impl.ModalActionRowBuilder().add_text_input("persona", "Who am I?", max_length=10)
            await interaction.create_modal_response("Persona", "form", components=[field])
        case hikari.ComponentInteraction(custom_id="quiet"):
            await interaction.create_initial_response(hikari.ResponseType.DEFERRED_MESSAGE_UPDATE)
        case hikari.ComponentInteraction():
            chosen = f"chosen: {', '.join(interaction.values)}"
            await interaction.create_initial_response(hikari.ResponseType.MESSAGE_UPDATE, chosen)
        case hikari.ModalInteraction():
            (said,) = interaction.components[0]
            assert isinstance(said, hikari.TextInputComponent)
            await _say(interaction, f"I am {said.value}", EPHEMERAL)


async def _command(command: hikari.CommandInteraction) -> None:
    match command.command_name:
        case "ask":
            await command.create_initial_response(hikari.ResponseType.DEFERRED_MESSAGE_CREATE)
            files = [each.filename for each in command.resolved.attachments.values()] if command.resolved else []
            prompt = next(str(option.value) for option in command.options or () if option.name == "prompt")
            await command.edit_initial_response(" ".join((f"You asked: {prompt}", *files)))
        case "settings":
            await command.create_initial_response(
                hikari.ResponseType.MESSAGE_CREATE, "Settings", flags=EPHEMERAL, components=_rows()
            )
        case "Ask Claude":
            target = next(iter(command.resolved.messages.values())) if command.resolved else None
            await _say(command, f"About: {target.content if target else None}")
        case "Who is this?":
            user = next(iter(command.resolved.users.values())) if command.resolved else None
            await _say(command, f"This is {user.username if user else None}")


def _rows() -> list[Any]:
    row = hikari.impl.MessageActionRowBuilder
    models = row().add_text_menu("model", placeholder="Model", max_values=2)
    for model in MODELS:
        models.add_option(model.title(), model)
    buttons = row().add_interactive_button(hikari.ButtonStyle.PRIMARY, "persona", label="Persona")
    buttons.add_interactive_button(hikari.ButtonStyle.SECONDARY, "quiet", label="Quiet")
    where = row().add_channel_menu("where", channel_types=[hikari.ChannelType.GUILD_TEXT], max_values=2)
    who = row().add_select_menu(hikari.ComponentType.USER_SELECT_MENU, "who")
    return [models.parent, where, who, buttons]


async def _say(
    to: hikari.CommandInteraction | hikari.ModalInteraction, text: str, flags: Any = hikari.UNDEFINED
) -> None:
    await to.create_initial_response(hikari.ResponseType.MESSAGE_CREATE, text, flags=flags)
