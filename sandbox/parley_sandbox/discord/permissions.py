"""What a member may do in a channel: Discord's permission bits and how overwrites change them."""

import functools
import operator
from collections.abc import Iterable, Sequence
from enum import IntFlag

from parley_sandbox.discord.model import Json


class Permission(IntFlag):
    """The bits that matter to a bot that talks; names and values are Discord's."""

    ADMINISTRATOR = 1 << 3
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    SEND_MESSAGES_IN_THREADS = 1 << 38


NOTHING = Permission(0)
ALL = Permission(sum(Permission))
EVERYONE = ALL & ~(
    Permission.ADMINISTRATOR
    | Permission.MANAGE_GUILD
    | Permission.MANAGE_MESSAGES
    | Permission.MENTION_EVERYONE
    | Permission.MANAGE_THREADS
)
"""What a new guild lets everybody do."""
DIRECT = EVERYONE
"""What two who write to each other may do."""

_MEMBER = 1


def effective(guild: Json, member: Json, user_id: str, channel: Json) -> Permission:
    """Return what a member may do in a guild's channel, in the order of Discord's documentation."""
    if guild["owner_id"] == user_id:
        return ALL
    roles = {guild["id"], *member["roles"]}
    granted = _join(role["permissions"] for role in guild["roles"] if role["id"] in roles)
    if Permission.ADMINISTRATOR in granted:
        return ALL
    overwrites = channel["permission_overwrites"]
    if not overwrites:
        return granted if Permission.VIEW_CHANNEL in granted else NOTHING
    for layer in ({guild["id"]}, set(member["roles"]), {user_id}):
        granted = _apply(granted, [overwrite for overwrite in overwrites if overwrite["id"] in layer])
    return granted if Permission.VIEW_CHANNEL in granted else NOTHING


def overwritten(
    overwrites: Sequence[Json], user_id: str, *, allow: Permission = NOTHING, deny: Permission = NOTHING
) -> list[Json]:
    """Return the overwrites of a channel with one member's changed; what is neither allowed nor denied is inherited."""
    others = [overwrite for overwrite in overwrites if overwrite["id"] != user_id]
    if not allow and not deny:
        return others
    return [*others, {"id": user_id, "type": _MEMBER, "allow": str(int(allow)), "deny": str(int(deny))}]


def _join(masks: Iterable[str]) -> Permission:
    return Permission(functools.reduce(operator.or_, map(int, masks), 0))


def _apply(granted: Permission, overwrites: Sequence[Json]) -> Permission:
    denied = _join(overwrite["deny"] for overwrite in overwrites)
    allowed = _join(overwrite["allow"] for overwrite in overwrites)
    return granted & ~denied | allowed
