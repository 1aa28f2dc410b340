"""Messages: as stored, and as shown with what belongs to other objects."""

from parley_sandbox.discord.model import Json
from parley_sandbox.discord.world import World


def plain_message(message_id: str, channel_id: str, author: Json, timestamp: str) -> Json:
    """Return an empty message."""
    return {
        "id": message_id,
        "channel_id": channel_id,
        "author": author,
        "content": "",
        "timestamp": timestamp,
        "edited_timestamp": None,
        "tts": False,
        "mention_everyone": False,
        "mention_roles": [],
        "mentions": [],
        "attachments": [],
        "embeds": [],
        "components": [],
        "pinned": False,
        "type": 0,
        "flags": 0,
    }


def rendered(world: World, message: Json) -> Json:
    """Return a message as clients get it: with the message it answers (null if that is gone), its reactions, good links."""
    shown = _linked(world, message)
    reference = message.get("message_reference") or {}
    if "message_id" in reference:
        shown["referenced_message"] = _referenced(world, message, reference)
    if thread := world.thread_at(message["id"]):
        shown["thread"] = thread
    if reactions := world.reactions.get(message["id"]):
        shown["reactions"] = [_reaction(world, emoji, users) for emoji, users in reactions.items()]
    return shown


def _referenced(world: World, message: Json, reference: Json) -> Json | None:
    """Return the message that another answers, unless that is for somebody else's eyes only."""
    target_id = reference["message_id"]
    if world.viewers.get(target_id) not in (None, world.viewers.get(message["id"])):
        return None
    target = world.messages[reference["channel_id"]].get(target_id)
    return None if target is None else _linked(world, target)


def _linked(world: World, message: Json) -> Json:
    return {**message, "attachments": [world.with_link(each) for each in message["attachments"]]}


def emoji(path: str) -> Json:
    """Return the emoji object of what stands in a path: a character, or `name:id`."""
    name, _, emoji_id = path.partition(":")
    return {"id": emoji_id or None, "name": name}


def _reaction(world: World, path: str, users: list[str]) -> Json:
    return {
        "emoji": emoji(path),
        "count": len(users),
        "count_details": {"burst": 0, "normal": len(users)},
        "burst_colors": [],
        "me": world.bot["id"] in users,
        "me_burst": False,
    }
