"""Channels: a guild's text channels and direct messages."""

from parley_sandbox.discord.model import Json

TEXT = 0
DIRECT = 1


def text_channel(channel_id: str, guild_id: str, name: str, position: int) -> Json:
    """Return a guild's text channel."""
    return {
        "id": channel_id,
        "type": TEXT,
        "guild_id": guild_id,
        "name": name,
        "position": position,
        "permission_overwrites": [],
        "topic": None,
        "nsfw": False,
        "parent_id": None,
        "last_message_id": None,
        "rate_limit_per_user": 0,
        "flags": 0,
    }


def direct_channel(channel_id: str, recipient: Json) -> Json:
    """Return the channel of direct messages between the bot and one person."""
    return {"id": channel_id, "type": DIRECT, "recipients": [recipient], "last_message_id": None, "flags": 0}
