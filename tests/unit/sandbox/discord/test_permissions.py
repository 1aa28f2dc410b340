from support.loopback import Cast

from parley_sandbox.discord import LoopbackDiscord, Permission
from parley_sandbox.discord.permissions import ALL, DIRECT, NOTHING


def test_mika_manages_orchard_only(discord: LoopbackDiscord, cast: Cast) -> None:
    mika, noor = cast.person("Mika"), cast.person("Noor")
    orchard, workshop = cast.channel("Orchard", "general"), cast.channel("Workshop", "general")
    assert Permission.MANAGE_GUILD in discord.world.permissions_of(mika, orchard)
    assert Permission.MANAGE_GUILD not in discord.world.permissions_of(mika, workshop)
    assert Permission.MANAGE_GUILD not in discord.world.permissions_of(noor, orchard)


def test_an_owner_may_do_everything(discord: LoopbackDiscord, cast: Cast) -> None:
    assert discord.world.permissions_of(discord.world.owner["id"], cast.channel("Orchard", "general")) == ALL


def test_a_members_overwrite_beats_roles_and_can_be_taken_back(discord: LoopbackDiscord, cast: Cast) -> None:
    world, channel = discord.world, cast.channel("Orchard", "general")
    before = world.permissions_of(cast.bot, channel)
    world.overwrite(channel, deny=Permission.SEND_MESSAGES, allow=Permission.MANAGE_MESSAGES)
    assert world.permissions_of(cast.bot, channel) == before & ~Permission.SEND_MESSAGES | Permission.MANAGE_MESSAGES
    assert world.permissions_of(cast.bot, cast.channel("Orchard", "help")) == before
    world.overwrite(channel)
    assert world.permissions_of(cast.bot, channel) == before


def test_who_cannot_see_a_channel_can_do_nothing_in_it(discord: LoopbackDiscord, cast: Cast) -> None:
    channel = cast.channel("Orchard", "general")
    discord.world.overwrite(channel, deny=Permission.VIEW_CHANNEL)
    assert discord.world.permissions_of(cast.bot, channel) == NOTHING


def test_a_direct_channel_is_for_two(discord: LoopbackDiscord, cast: Cast) -> None:
    direct = cast.direct("Mika")
    assert discord.world.permissions_of(cast.person("Mika"), direct) == DIRECT
    assert discord.world.permissions_of(cast.bot, direct) == DIRECT
    assert discord.world.permissions_of(cast.person("Sam"), direct) == NOTHING
