"""The objects behind the ids in an interaction, as `resolved` carries them."""

from collections.abc import Iterable

from parley_sandbox.discord.errors import bad_field
from parley_sandbox.discord.model import Json
from parley_sandbox.discord.world import World

_MEMBER_FIELDS_LEFT_OUT = ("deaf", "mute", "user")


class Resolved:
    """Gathers the objects that one interaction in one channel names."""

    def __init__(self, world: World, channel_id: str, person_id: str) -> None:
        self._world = world
        self._channel_id = channel_id
        self._person_id = person_id
        self._guild_id = world.guild_of(channel_id)
        self.data: dict[str, dict[str, Json]] = {}
        """By kind (`users`, `members`, `channels`, …) and id."""

    def add_user(self, user_id: str, field: str) -> None:
        """Add a user, and in a guild the member with what it may do in the channel."""
        user = self._world.users.get(user_id)
        if user is None:
            raise _missing(field, "user")
        self._keep("users", user)
        member = self._world.members[self._guild_id].get(user_id) if self._guild_id else None
        if member is not None:
            shown = {key: value for key, value in member.items() if key not in _MEMBER_FIELDS_LEFT_OUT}
            granted = self._world.permissions_of(user_id, self._channel_id)
            self.data.setdefault("members", {})[user_id] = {**shown, "permissions": str(int(granted))}

    def add_channel(self, channel_id: str, field: str, types: Iterable[int] | None = None) -> None:
        """Add a channel of the same guild, as the person who names it may use it."""
        channel = self._world.channels.get(channel_id)
        if channel is None or self._guild_id is None or channel.get("guild_id") != self._guild_id:
            raise _missing(field, "channel")
        if types and channel["type"] not in types:
            raise bad_field(
                field, "APPLICATION_COMMAND_OPTION_CHANNEL_TYPE", "Channels of this type are not asked for."
            )
        keys = ("id", "type", "name", "parent_id", "thread_metadata", "last_message_id", "flags")
        granted = self._world.permissions_of(self._person_id, channel_id)
        shown = {key: channel[key] for key in keys if key in channel}
        self._keep("channels", {**shown, "permissions": str(int(granted))})

    def add_role(self, role_id: str, field: str) -> None:
        """Add a role of the guild."""
        roles = self._world.guild(self._guild_id)["roles"] if self._guild_id else ()
        role = next((role for role in roles if role["id"] == role_id), None)
        if role is None:
            raise _missing(field, "role")
        self._keep("roles", role)

    def add_mentionable(self, some_id: str, field: str) -> None:
        """Add a user or a role, whichever it is."""
        add = self.add_user if some_id in self._world.users else self.add_role
        add(some_id, field)

    def add_message(self, message: Json) -> None:
        """Add a message."""
        self._keep("messages", message)

    def add_attachment(self, attachment: Json) -> None:
        """Add a file."""
        self._keep("attachments", attachment)

    def fields(self) -> Json:
        """Return it as a field of an interaction's `data`; none where nothing was named."""
        return {"resolved": self.data} if self.data else {}

    def _keep(self, kind: str, found: Json) -> None:
        self.data.setdefault(kind, {})[found["id"]] = found


def _missing(field: str, kind: str) -> Exception:
    return bad_field(field, "APPLICATION_COMMAND_OPTION_UNKNOWN_VALUE", f"There is no such {kind} here.")
