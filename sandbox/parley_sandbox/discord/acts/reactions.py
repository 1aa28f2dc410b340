"""Reactions to messages."""

from parley_sandbox.discord import intents
from parley_sandbox.discord.acts.messages import Messages
from parley_sandbox.discord.acts.rights import demand
from parley_sandbox.discord.happenings import Event, Happening
from parley_sandbox.discord.model import Json
from parley_sandbox.discord.model.messages import emoji
from parley_sandbox.discord.permissions import Permission
from parley_sandbox.discord.realm import Realm


class Reactions:
    """The reactions in a realm."""

    def __init__(self, realm: Realm, messages: Messages) -> None:
        self._realm = realm
        self._world = realm.world
        self._messages = messages

    def add(self, user_id: str, channel_id: str, message_id: str, path: str) -> None:
        """React to a message; `path` is the emoji as in a path. Doing it twice changes nothing."""
        demand(self._world, user_id, channel_id, Permission.READ_MESSAGE_HISTORY, Permission.ADD_REACTIONS)
        message = self._messages.public(channel_id, message_id)
        there = self._world.reactions[message["id"]].setdefault(path, [])
        if user_id not in there:
            there.append(user_id)
            self._announce("MESSAGE_REACTION_ADD", user_id, message, path)

    def remove(self, user_id: str, channel_id: str, message_id: str, path: str) -> None:
        """Take one's reaction back; without one nothing changes."""
        demand(self._world, user_id, channel_id, Permission.READ_MESSAGE_HISTORY)
        message = self._messages.public(channel_id, message_id)
        reactions = self._world.reactions[message["id"]]
        if user_id not in reactions.get(path, ()):
            return
        reactions[path].remove(user_id)
        if not reactions[path]:
            del reactions[path]
        self._announce("MESSAGE_REACTION_REMOVE", user_id, message, path)

    def _announce(self, name: str, user_id: str, message: Json, path: str) -> None:
        channel_id, guild_id = message["channel_id"], self._world.guild_of(message["channel_id"])
        notice = {"user_id": user_id, "channel_id": channel_id, "message_id": message["id"], "emoji": emoji(path)}
        notice |= {"burst": False, "type": 0}
        if guild_id:
            notice["guild_id"] = guild_id
            if name.endswith("ADD"):
                member = self._world.member(guild_id, user_id)
                notice["member"] = {**member, "user": self._world.user(user_id)}
        self._realm.tell(Happening("reaction", notice | {"added": name.endswith("ADD")}))
        self._realm.dispatch(Event(name, notice, channel_id, guild_id, intents.of_reaction(guild_id)))
