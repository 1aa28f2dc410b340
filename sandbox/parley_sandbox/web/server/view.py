"""Discord's objects as the page draws them."""

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from parley_sandbox.discord.world import World
from parley_sandbox.web.server.markdown import Names, rendered

Json = dict[str, Any]
_EPHEMERAL: Final = 1 << 6
_LOADING: Final = 1 << 7
_SELECTS: Final = (3, 5, 6, 7, 8)
_THREAD_CREATED: Final = 18
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
        "thinking": bool(message.get("flags", 0) & _LOADING),
        "command": _command(message),
        "interaction": (message.get("interaction_metadata") or {}).get("id"),
        "thread": _thread(message, world),
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


def _command(message: Mapping[str, Any]) -> Json | None:
    """The line "so-and-so used /command"."""
    cause = message.get("interaction")
    return None if cause is None else {"name": cause["name"], "user": shown_name(cause["user"])}


def _thread(message: Mapping[str, Any], world: World) -> Json | None:
    """The thread that began at a message, or that a message tells of."""
    told = message.get("message_reference") if message["type"] == _THREAD_CREATED else None
    thread = world.channels.get(told["channel_id"]) if told else world.thread_at(message["id"])
    return None if thread is None else thread_view(thread)


def _component(child: Mapping[str, Any]) -> Json:
    return _select(child) if child["type"] in _SELECTS else _button(child)


def _select(child: Mapping[str, Any]) -> Json:
    return {
        "type": child["type"],
        "custom_id": child["custom_id"],
        "placeholder": child.get("placeholder") or "",
        "min": child.get("min_values", 1),
        "max": child.get("max_values", 1),
        "options": [_option(option) for option in child.get("options", ())],
        "defaults": child.get("default_values") or [],
        "channel_types": child.get("channel_types") or [],
        "disabled": bool(child.get("disabled")),
    }


def _option(option: Mapping[str, Any]) -> Json:
    return {
        "label": option["label"],
        "value": option["value"],
        "description": option.get("description") or "",
        "default": bool(option.get("default")),
    }


def _button(child: Mapping[str, Any]) -> Json:
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
    """A file; its address is the page's own, since the page may load nothing from elsewhere."""
    keys = ("id", "filename", "size", "content_type")
    place = "/".join(urlsplit(attachment["url"]).path.split("/")[-3:])
    return {"url": f"/api/files/{place}", **{key: attachment.get(key) for key in keys}}


def channel_view(channel: Mapping[str, Any]) -> Json:
    """A guild's channel in the rail."""
    return {"id": channel["id"], "name": channel["name"], "topic": channel.get("topic") or ""}


def thread_view(thread: Mapping[str, Any]) -> Json:
    """A thread, under its channel in the rail."""
    archived = thread["thread_metadata"]["archived"]
    return {"id": thread["id"], "name": thread["name"], "archived": archived, "parent_id": thread["parent_id"]}


def presence_view(presences: Mapping[int, Mapping[str, Any]]) -> Json:
    """How the bot shows itself, by the newest of its shards; one that never connected is offline."""
    if not presences:
        return {"status": "offline", "text": ""}
    last: Mapping[str, Any] = next(reversed(list(presences.values())))
    activity: Mapping[str, Any] = next(iter(last.get("activities") or [last.get("game") or {}]), {})
    return {"status": last.get("status") or "online", "text": activity.get("state") or activity.get("name") or ""}
