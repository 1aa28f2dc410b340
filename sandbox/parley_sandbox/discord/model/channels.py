"""Channels: a guild's text channels and direct messages."""

from parley_sandbox.discord.model import Json

TEXT = 0
DIRECT = 1
THREAD = 11
"""A public thread."""


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


def thread(thread_id: str, parent: Json, name: str, owner_id: str, at: str) -> Json:
    """Return a public thread of a guild's text channel. at: when it was made, as Discord writes it."""
    return {
        "id": thread_id,
        "type": THREAD,
        "guild_id": parent["guild_id"],
        "parent_id": parent["id"],
        "name": name,
        "owner_id": owner_id,
        "last_message_id": None,
        "message_count": 0,
        "total_message_sent": 0,
        "member_count": 1,
        "rate_limit_per_user": 0,
        "flags": 0,
        "thread_metadata": {
            "archived": False,
            "auto_archive_duration": 1440,
            "archive_timestamp": at,
            "locked": False,
            "create_timestamp": at,
        },
    }


def thread_member(thread_id: str, user_id: str, at: str) -> Json:
    """Return somebody's place in a thread. at: since when."""
    return {"id": thread_id, "user_id": user_id, "join_timestamp": at, "flags": 0}
