"""Discord's objects as the page draws them."""

import re
from collections.abc import Mapping
from typing import Any, Final

from parley_sandbox.discord.world import World
from parley_sandbox.web.server.markdown import Names, rendered

Json = dict[str, Any]
_EPHEMERAL: Final = 1 << 6
_EXCERPT: Final = 120
_CODE: Final = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
_HOW: Final = re.DOTALL | re.IGNORECASE


def names_of(world: World) -> Names:
    """How mentions are shown."""
    users = {user_id: shown_name(user) for user_id, user in world.users.items()}
    channels = {channel_id: channel["name"] for channel_id, channel in world.channels.items() if "name" in channel}
    return Names(users, channels)


def names_here(world: World, channel_id: str) -> Names:
    """What a person may mention in this channel: channels of two guilds can have the same name."""
    guild_id = world.guild_of(channel_id)
    channels = {channel["id"]: channel["name"] for channel in world.channels_of(guild_id)} if guild_id else {}
    return Names(names_of(world).users, channels)


def shown_name(user: Mapping[str, Any]) -> str:
    """The name that Discord shows for a user."""
    return str(user.get("global_name") or user["username"])


def message_view(message: Mapping[str, Any], world: World) -> Json:
    """One message: HTML for reading, `draft` for editing."""
    names = names_of(world)
    return {
        "id": message["id"],
        "channel_id": message["channel_id"],
        "author": _author(message["author"]),
        "html": rendered(message["content"], names),
        "draft": as_typed(message["content"], names),
        "at": message["timestamp"],
        "edited_at": message.get("edited_timestamp"),
        "reply_to": _reply(message, world, names),
        "ephemeral": bool(message.get("flags", 0) & _EPHEMERAL),
        "mentions": [user["id"] for user in message.get("mentions", ())],
        "rows": [_row(row) for row in message.get("components", ())],
        "files": [_file(attachment) for attachment in message.get("attachments", ())],
    }


def as_sent(typed: str, names: Names) -> str:
    """What a person typed, with @Name and #channel as Discord sends them; code stays as it is."""
    sent = {f"@{name}".lower(): f"<@{user_id}>" for user_id, name in names.users.items()}
    sent |= {f"#{name}".lower(): f"<#{channel_id}>" for channel_id, name in names.channels.items()}
    longest_first = sorted(map(re.escape, sent), key=len, reverse=True)
    wanted = re.compile(rf"(?P<code>{_CODE.pattern})|(?<![\w<])(?:{'|'.join(longest_first)})(?!\w)", _HOW)
    return wanted.sub(lambda found: found["code"] or sent[found.group().lower()], typed)


def as_typed(sent: str, names: Names) -> str:
    """The other way: what stands in the box when the person edits."""

    def shown(found: re.Match[str]) -> str:
        known = names.channels if found["sign"] == "#" else names.users
        sign = "#" if found["sign"] == "#" else "@"
        return f"{sign}{known[found['id']]}" if found["id"] in known else found.group()

    return re.sub(r"<(?P<sign>@!?|#)(?P<id>\d+)>", shown, sent)


def _author(user: Mapping[str, Any]) -> Json:
    return {"id": user["id"], "name": shown_name(user), "bot": bool(user.get("bot"))}


def _reply(message: Mapping[str, Any], world: World, names: Names) -> Json | None:
    """The line above a reply; `author` is null when what it answered is gone."""
    reference = message.get("message_reference") or {}
    target_id = reference.get("message_id")
    if target_id is None:
        return None
    target = world.messages[reference.get("channel_id", message["channel_id"])].get(target_id)
    if target is None:
        return {"id": target_id, "author": None, "excerpt": ""}
    line = " ".join(as_typed(target["content"], names).split())
    return {"id": target_id, "author": _author(target["author"]), "excerpt": line[:_EXCERPT]}


def _row(row: Mapping[str, Any]) -> list[Json]:
    return [_component(child) for child in row.get("components", ())]


def _component(child: Mapping[str, Any]) -> Json:
    emoji = child.get("emoji") or {}
    return {
        "type": child["type"],
        "style": child.get("style"),
        "label": child.get("label") or "",
        "emoji": emoji.get("name") or "",
        "custom_id": child.get("custom_id"),
        "url": child.get("url"),
        "disabled": bool(child.get("disabled")),
    }


def _file(attachment: Mapping[str, Any]) -> Json:
    keys = ("id", "filename", "size", "url", "content_type")
    return {key: attachment.get(key) for key in keys}


def channel_view(channel: Mapping[str, Any]) -> Json:
    """A guild's channel in the rail."""
    return {"id": channel["id"], "name": channel["name"], "topic": channel.get("topic") or ""}
