from parley_sandbox.discord import LoopbackDiscord, default_world
from parley_sandbox.discord.model.ids import shard_of


def test_everybody_finds_the_same_world_at_every_start() -> None:
    first, second = default_world(), default_world()
    assert first.channels == second.channels
    assert LoopbackDiscord(first).token == LoopbackDiscord(second).token
    assert first is not second


def test_it_holds_two_guilds_three_people_of_three_languages_and_their_direct_channels() -> None:
    world = default_world()
    assert [guild["name"] for guild in world.guilds.values()] == ["Orchard", "Workshop"]
    assert [guild["preferred_locale"] for guild in world.guilds.values()] == ["en-US", "ja"]
    assert {person.name: person.locale for person in world.people.values()} == {
        "Mika": "ja",
        "Noor": "en-GB",
        "Sam": "en-US",
    }
    for guild, names in zip(world.guilds.values(), (["general", "help"], ["general", "lab"]), strict=True):
        assert [channel["name"] for channel in world.channels_of(guild["id"])] == names
        assert set(world.members[guild["id"]]) == set(world.users)
    assert all(world.direct_channel(person_id) for person_id in world.people)
    assert world.bot["username"] == "Parley"


def test_its_guilds_fall_on_different_shards_of_two() -> None:
    assert {shard_of(guild_id, 2) for guild_id in default_world().guilds} == {0, 1}


def test_guests_are_in_every_guild_and_change_no_id() -> None:
    plain, crowded = default_world(), default_world(guests=20)
    added = crowded.people.keys() - plain.people.keys()
    assert {crowded.people[guest].name for guest in added} == {f"Guest {number}" for number in range(1, 21)}
    assert all(added <= members.keys() for members in crowded.members.values())
    assert crowded.guilds == plain.guilds
    assert plain.channels.keys() <= crowded.channels.keys()
