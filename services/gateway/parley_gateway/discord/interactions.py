"""Discord's interactions as the gateway's values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

import hikari

from parley_gateway.addressing import Message
from parley_gateway.discord.guilds import THREADS
from parley_gateway.discord.written import attachment_of, message_of, name_of
from parley_gateway.interactions import Click, Command, Completion, Given, Interaction, Pick, Submission
from parley_gateway.model import Attachment

Heard: TypeAlias = (
    hikari.ComponentInteraction | hikari.ModalInteraction | hikari.CommandInteraction | hikari.AutocompleteInteraction
)


def interaction_of(interaction: hikari.PartialInteraction) -> Interaction | None:
    """Return what a member did; None for what this gateway does not know."""
    match interaction:
        case hikari.ComponentInteraction(component_type=hikari.ComponentType.BUTTON):
            return click_of(interaction)
        case hikari.ComponentInteraction():
            return _pick(interaction)
        case hikari.ModalInteraction():
            return _submission(interaction)
        case hikari.CommandInteraction(command_type=hikari.CommandType.SLASH | hikari.CommandType.MESSAGE):
            return _command(interaction)
        case hikari.AutocompleteInteraction():
            return _completion(interaction)
        case _:
            return None


def click_of(interaction: hikari.ComponentInteraction) -> Click:
    """Return a press of a button."""
    return Click(custom_id=interaction.custom_id, message_id=str(interaction.message.id), **_told(interaction))


def _pick(interaction: hikari.ComponentInteraction) -> Pick:
    return Pick(
        custom_id=interaction.custom_id,
        message_id=str(interaction.message.id),
        values=tuple(interaction.values),
        **_told(interaction),
    )


def _submission(interaction: hikari.ModalInteraction) -> Submission:
    fields = (field for row in interaction.components for field in row)
    return Submission(
        custom_id=interaction.custom_id,
        message_id=str(interaction.message.id) if interaction.message is not None else "",
        fields={field.custom_id: (field.value,) for field in fields},
        **_told(interaction),
    )


def _command(interaction: hikari.CommandInteraction) -> Command:
    return Command(
        name=interaction.command_name,
        options=_given(interaction.options),
        attachments=_attachments(interaction),
        target=_target(interaction),
        **_told(interaction),
    )


def _completion(interaction: hikari.AutocompleteInteraction) -> Completion:
    focused = next((option for option in interaction.options if option.is_focused), None)
    return Completion(
        name=interaction.command_name,
        option=focused.name if focused is not None else "",
        typed=str(focused.value or "") if focused is not None else "",
        options=_given(interaction.options),
        **_told(interaction),
    )


def _given(options: Iterable[hikari.CommandInteractionOption]) -> Mapping[str, Given]:
    """Return what stands in the options."""
    return {option.name: _value(option.value) for option in options if option.value is not None}


def _value(value: hikari.Snowflake | str | float) -> Given:
    return str(value) if isinstance(value, hikari.Snowflake) else value


def _target(interaction: hikari.CommandInteraction) -> Message | None:
    found = _target_message(interaction)
    return message_of(found) if found is not None else None


def _target_message(interaction: hikari.CommandInteraction) -> hikari.Message | None:
    if interaction.resolved is None or interaction.target_id is None:
        return None
    return interaction.resolved.messages.get(interaction.target_id)


def _attachments(interaction: hikari.CommandInteraction) -> tuple[Attachment, ...]:
    """Return the files of the command's options, or of the message that it was chosen at."""
    target = _target_message(interaction)
    if target is not None:
        return tuple(attachment_of(file, str(target.id)) for file in target.attachments)
    if interaction.resolved is None:
        return ()
    return tuple(attachment_of(file, str(interaction.id)) for file in interaction.resolved.attachments.values())


def _told(interaction: Heard) -> dict[str, Any]:
    """Return what all interactions tell; outside guilds nobody may manage anything."""
    member = interaction.member
    allowed = member.permissions if member is not None else hikari.Permissions.NONE
    return {
        "interaction_id": str(interaction.id),
        "token": interaction.token,
        "channel_id": str(interaction.channel.id),
        "parent_id": _parent(interaction.channel),
        "guild_id": str(interaction.guild_id or ""),
        "user_id": str(interaction.user.id),
        "user_name": name_of(interaction.user, member),
        "locale": str(interaction.locale),
        "made_at": interaction.created_at,
        "role_ids": frozenset(map(str, member.role_ids)) if member is not None else frozenset(),
        "may_manage_messages": _may(allowed, hikari.Permissions.MANAGE_MESSAGES),
        "may_manage_guild": _may(allowed, hikari.Permissions.MANAGE_GUILD),
    }


def _parent(channel: hikari.InteractionChannel) -> str:
    """Return the channel of a thread; what a channel itself has for a parent is a category."""
    return str(channel.parent_id or "") if channel.type in THREADS else ""


def _may(allowed: hikari.Permissions, wanted: hikari.Permissions) -> bool:
    return bool(allowed & (wanted | hikari.Permissions.ADMINISTRATOR))
