"""Short names for what the default world of the loopback Discord holds."""

from dataclasses import dataclass

from parley_sandbox.discord import LoopbackDiscord


@dataclass(frozen=True)
class Cast:
    """Ids of people and places by name."""

    discord: LoopbackDiscord

    @property
    def bot(self) -> str:
        return str(self.discord.world.bot["id"])

    def person(self, name: str) -> str:
        return next(person.id for person in self.discord.world.people.values() if person.name == name)

    def guild(self, name: str) -> str:
        return next(str(guild["id"]) for guild in self.discord.world.guilds.values() if guild["name"] == name)

    def channel(self, guild: str, name: str) -> str:
        there = self.discord.world.channels_of(self.guild(guild))
        return next(str(channel["id"]) for channel in there if channel["name"] == name)

    def direct(self, name: str) -> str:
        return str(self.discord.people.open_dm(self.person(name))["id"])
