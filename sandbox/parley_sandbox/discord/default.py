"""The world that everybody finds at the first start."""

import itertools

from parley_sandbox.discord.model.ids import Snowflakes
from parley_sandbox.discord.model.users import user
from parley_sandbox.discord.permissions import Permission
from parley_sandbox.discord.world import World

_FOUNDED = 1_704_067_200.0
"""2024-01-01: a fixed date, so that ids (and links that hold them) are the same at every start."""
_STEP = 60.001
"""Seconds between two foundings; an odd number of milliseconds, so that the two guilds fall on different shards of two."""


def default_world() -> World:
    """Return two guilds with two channels each, three people of three languages, and the bot Parley in all of it."""
    world = empty_world()
    mika = world.add_person("Mika", "ja")
    world.add_person("Noor", "en-GB")
    world.add_person("Sam", "en-US")
    orchard, workshop = world.add_guild("Orchard"), world.add_guild("Workshop")
    world.add_role(orchard["id"], "Gardeners", Permission.MANAGE_GUILD, mika.id)
    for guild, names in ((orchard, ("general", "help")), (workshop, ("general", "lab"))):
        for name in names:
            world.add_channel(guild["id"], name)
    return world


def empty_world() -> World:
    """Return a world with the bot Parley and the owner of the guilds to come, and nothing else."""
    ids = Snowflakes(itertools.count(_FOUNDED, _STEP).__next__)
    bot = user(ids.next(), "Parley", bot=True)
    return World(ids, {**bot, "username": "Parley"}, user(ids.next(), "Warden"))
