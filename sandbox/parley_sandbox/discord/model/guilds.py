"""Guilds, their roles and members."""

from parley_sandbox.discord.model import Json
from parley_sandbox.discord.permissions import EVERYONE, Permission

LONG_AGO = "2024-01-01T00:00:00+00:00"
"""When the members of a made guild joined it."""


def role(role_id: str, name: str, permissions: Permission) -> Json:
    """Return a role object."""
    return {
        "id": role_id,
        "name": name,
        "description": None,
        "permissions": str(int(permissions)),
        "position": 0,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": False,
        "mentionable": False,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
        "tags": {},
    }


def member(roles: tuple[str, ...] = ()) -> Json:
    """Return a member object without its user, as gateway events carry it."""
    return {
        "roles": list(roles),
        "joined_at": LONG_AGO,
        "nick": None,
        "avatar": None,
        "avatar_decoration_data": None,
        "banner": None,
        "collectibles": None,
        "communication_disabled_until": None,
        "premium_since": None,
        "deaf": False,
        "mute": False,
        "pending": False,
        "flags": 0,
    }


def guild(guild_id: str, name: str, owner_id: str, locale: str) -> Json:
    """Return a guild object whose @everyone role has Discord's usual permissions."""
    return (
        _names(guild_id, name, owner_id, locale) | _LOOKS | _RULES | {"roles": [role(guild_id, "@everyone", EVERYONE)]}
    )


def _names(guild_id: str, name: str, owner_id: str, locale: str) -> Json:
    return {"id": guild_id, "name": name, "owner_id": owner_id, "preferred_locale": locale, "region": "us-east"}


_LOOKS: Json = {
    "icon": None,
    "splash": None,
    "discovery_splash": None,
    "banner": None,
    "home_header": None,
    "description": None,
    "features": [],
    "emojis": [],
    "stickers": [],
    "vanity_url_code": None,
    "premium_tier": 0,
    "premium_subscription_count": 0,
    "premium_progress_bar_enabled": False,
    "widget_enabled": False,
    "widget_channel_id": None,
}

_RULES: Json = {
    "afk_channel_id": None,
    "afk_timeout": 300,
    "system_channel_id": None,
    "system_channel_flags": 0,
    "rules_channel_id": None,
    "safety_alerts_channel_id": None,
    "public_updates_channel_id": None,
    "verification_level": 0,
    "default_message_notifications": 0,
    "mfa_level": 0,
    "explicit_content_filter": 0,
    "max_presences": None,
    "max_members": 1000,
    "max_stage_video_channel_users": 0,
    "max_video_channel_users": 25,
    "nsfw": False,
    "nsfw_level": 0,
    "application_id": None,
    "incidents_data": None,
}
