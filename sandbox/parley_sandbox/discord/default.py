"""The world that everybody finds at the first start."""

import itertools

from parley_sandbox.discord.model.guilds import member
from parley_sandbox.discord.model.ids import Snowflakes
from parley_sandbox.discord.model.users import user
from parley_sandbox.discord.permissions import Permission
from parley_sandbox.discord.world import World

_FOUNDED = 1_704_067_200.0
"""2024-01-01: a fixed date, so that ids (and links that hold them) are the same at every start."""
_STEP = 60.001
"""Seconds between two foundings; an odd number of milliseconds, so that the two guilds fall on different shards of two."""


def default_world(guests: int = 0) -> World:
    """Return two guilds with two channels each, three people of three languages, and the bot Parley in all of it.

    The second guild is a Japanese one. `guests` more people are in both guilds, Guest 1 and so on; whatever else there is has the same ids with and without.
    """
    world = empty_world()
    mika = world.add_person("Mika", "ja")
    world.add_person("Noor", "en-GB")
    world.add_person("Sam", "en-US")
    orchard, workshop = world.add_guild("Orchard"), world.add_guild("Workshop", "ja")
    world.add_role(orchard["id"], "Gardeners", Permission.MANAGE_GUILD, mika.id)
    for guild, names in ((orchard, ("general", "help")), (workshop, ("general", "lab"))):
        for name in names:
            world.add_channel(guild["id"], name)
    for number in range(1, guests + 1):
        _add_guest(world, f"Guest {number}")
    return world


def _add_guest(world: World, name: str) -> None:
    guest = world.add_person(name, "en-GB")
    for members in world.members.values():
        members[guest.id] = member()


def empty_world() -> World:
    """Return a world with the bot Parley and the owner of the guilds to come, and nothing else."""
    ids = Snowflakes(itertools.count(_FOUNDED, _STEP).__next__)
    bot = user(ids.next(), "Parley", bot=True)
    return World(ids, {**bot, "username": "Parley"}, user(ids.next(), "Warden"))
