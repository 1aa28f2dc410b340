"""Typing, and direct channels."""

from parley_sandbox.discord import intents
from parley_sandbox.discord.acts.rights import demand_open, demand_writing
from parley_sandbox.discord.happenings import Event, Happening
from parley_sandbox.discord.model import Json
from parley_sandbox.discord.realm import Realm


class Channels:
    """The channels of a realm."""

    def __init__(self, realm: Realm) -> None:
        self._realm = realm
        self._world = realm.world

    def typing(self, user_id: str, channel_id: str) -> None:
        """Show that somebody types, for the ten seconds that clients show it."""
        demand_writing(self._world, user_id, channel_id)
        demand_open(self._world, user_id, channel_id)
        guild_id = self._world.guild_of(channel_id)
        notice = {"channel_id": channel_id, "user_id": user_id, "timestamp": int(self._realm.clock.now())}
        if guild_id:
            member = {**self._world.member(guild_id, user_id), "user": self._world.user(user_id)}
            notice |= {"guild_id": guild_id, "member": member}
        self._realm.tell(Happening("typing", notice))
        self._realm.dispatch(Event("TYPING_START", notice, channel_id, guild_id, intents.of_typing(guild_id)))

    def open_direct(self, person_id: str) -> Json:
        """Return the direct channel of a person and the bot, made if there was none."""
        person = self._world.person(person_id)
        return self._world.direct_channel(person.id) or self._world.add_direct_channel(person.id)
