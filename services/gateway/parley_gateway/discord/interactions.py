"""Discord's interactions as the gateway's values."""

from __future__ import annotations

from typing import Any

import hikari

from parley_gateway.interactions import Click, Interaction


def interaction_of(interaction: hikari.PartialInteraction) -> Interaction | None:
    """Return what a member did; None for what this gateway does not know."""
    if (
        isinstance(interaction, hikari.ComponentInteraction)
        and interaction.component_type is hikari.ComponentType.BUTTON
    ):
        return click_of(interaction)
    return None


def click_of(interaction: hikari.ComponentInteraction) -> Click:
    """Return a press of a button."""
    return Click(custom_id=interaction.custom_id, message_id=str(interaction.message.id), **_common(interaction))


def _common(interaction: hikari.ComponentInteraction) -> dict[str, Any]:
    """Return what all interactions tell; outside guilds nobody may manage anything."""
    member = interaction.member
    allowed = member.permissions if member is not None else hikari.Permissions.NONE
    return {
        "interaction_id": str(interaction.id),
        "token": interaction.token,
        "channel_id": str(interaction.channel.id),
        "guild_id": str(interaction.guild_id or ""),
        "user_id": str(interaction.user.id),
        "user_name": _name(interaction),
        "locale": str(interaction.locale),
        "made_at": interaction.created_at,
        "role_ids": frozenset(map(str, member.role_ids)) if member is not None else frozenset(),
        "may_manage_messages": _may(allowed, hikari.Permissions.MANAGE_MESSAGES),
        "may_manage_guild": _may(allowed, hikari.Permissions.MANAGE_GUILD),
    }


def _may(allowed: hikari.Permissions, wanted: hikari.Permissions) -> bool:
    return bool(allowed & (wanted | hikari.Permissions.ADMINISTRATOR))


def _name(interaction: hikari.ComponentInteraction) -> str:
    if interaction.member is not None:
        return interaction.member.display_name
    return interaction.user.global_name or interaction.user.username
