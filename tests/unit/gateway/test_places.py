from __future__ import annotations

import asyncio
from typing import Any

from parley_gateway.discord.guilds import Guilds
from parley_gateway.places import CHANNEL, Place, Places


class Discord:
    """Answers what a channel is, when it is let go."""

    def __init__(self, place: Place | None) -> None:
        self.place, self.asked = place, 0
        self.go = asyncio.Event()

    async def __call__(self, _: str) -> Place | None:
        self.asked += 1
        await self.go.wait()
        return self.place


class Told:
    def __init__(self) -> None:
        self.channels: list[tuple[str, str, str]] = []
        self.directs_asked = 0

    def told(self, channel_id: str, guild_id: str, last_message_id: str) -> None:
        self.channels.append((channel_id, guild_id, last_message_id))

    def directs(self) -> None:
        self.directs_asked += 1


class Event:
    def __init__(self, name: str, payload: dict[str, Any]) -> None:
        self.name, self.payload = name, payload


async def heard(*events: tuple[str, dict[str, Any]]) -> tuple[Places, Told]:
    places, told = Places(Discord(None)), Told()
    guilds = Guilds(places, told)
    for name, payload in (("READY", {"user": {"id": "99"}, "shard": [0, 1]}), *events):
        await guilds.on_payload(Event(name, payload))  # type: ignore[arg-type]  # what is read of it
    return places, told


GUILD = {
    "id": "10",
    "unavailable": False,
    "roles": [{"id": "10", "tags": {}}, {"id": "70", "tags": {"bot_id": "99"}}, {"id": "71", "tags": {"bot_id": "98"}}],
    "channels": [{"id": "20", "type": 0, "parent_id": "5", "last_message_id": "700"}],
    "threads": [
        {"id": "30", "type": 11, "parent_id": "20", "last_message_id": None, "member": {}},
        {"id": "31", "type": 11, "parent_id": "20", "owner_id": "44"},
    ],
}


async def test_a_guild_tells_of_its_channels_threads_and_of_the_bots_own_role() -> None:
    places, told = await heard(("GUILD_CREATE", GUILD))
    assert places.known("20") == Place("10", own_role="70"), "the category of a channel is no parent"
    assert places.known("30") == Place("10", "20", joined=True, own_role="70")
    assert places.known("31") == Place("10", "20", own_role="70")
    assert places.parent_of("30") == "20"
    assert places.parent_of("20") == places.parent_of("77") == ""
    assert ("20", "10", "700") in told.channels
    assert told.directs_asked == 1


async def test_the_bot_is_in_a_thread_from_when_it_is_added_until_it_is_removed() -> None:
    added = {"id": "31", "guild_id": "10", "added_members": [{"user_id": "99"}]}
    renamed = {"id": "31", "guild_id": "10", "type": 11, "parent_id": "20", "name": "other"}
    places, _ = await heard(("GUILD_CREATE", GUILD), ("THREAD_MEMBERS_UPDATE", added), ("THREAD_UPDATE", renamed))
    assert (places.known("31") or CHANNEL).joined
    places, _ = await heard(
        ("GUILD_CREATE", GUILD), ("THREAD_MEMBERS_UPDATE", {"id": "30", "removed_member_ids": ["99"]})
    )
    assert not (places.known("30") or CHANNEL).joined


async def test_of_a_thread_that_wakes_discord_is_asked_whether_the_bot_is_in_it() -> None:
    discord = Discord(Place("10", "20", joined=True))
    discord.go.set()
    places = Places(discord)
    woken = {"id": "40", "guild_id": "10", "type": 11, "parent_id": "20", "owner_id": "44"}
    await Guilds(places, Told()).on_payload(Event("THREAD_UPDATE", woken))  # type: ignore[arg-type]  # what is read of it
    assert places.parent_of("40") == "20", "so much is known at once"
    assert (await places.of("40", "10")).joined
    assert (await places.of("40", "10")).joined
    assert discord.asked == 1


async def test_a_thread_of_which_discord_tells_no_more_is_still_one_of_its_channel() -> None:
    discord = Discord(None)
    discord.go.set()
    places = Places(discord)
    places.put("40", Place("10", "20", joined=None))
    assert (await places.of("40", "10")).thread


async def test_others_who_come_and_go_change_nothing() -> None:
    both = {"id": "31", "added_members": [{"user_id": "44"}], "removed_member_ids": ["45"]}
    places, _ = await heard(("GUILD_CREATE", GUILD), ("THREAD_MEMBERS_UPDATE", both))
    assert not (places.known("31") or CHANNEL).joined


async def test_a_thread_that_is_gone_is_forgotten() -> None:
    places, _ = await heard(("GUILD_CREATE", GUILD), ("THREAD_DELETE", {"id": "30"}))
    assert places.known("30") is None


async def test_a_guild_that_is_away_tells_nothing() -> None:
    _, told = await heard(("GUILD_CREATE", {"id": "10", "unavailable": True}))
    assert not told.channels


async def test_an_unknown_place_is_asked_for_once_by_all_who_wait() -> None:
    discord = Discord(Place("10", "20", joined=True))
    places = Places(discord)
    places.role("10", "70")
    asking = [asyncio.create_task(places.of("30", "10")) for _ in range(3)]
    await asyncio.sleep(0)
    asking[0].cancel()
    discord.go.set()
    assert (
        await asking[1]
        == await asking[2]
        == await places.of("30", "10")
        == Place("10", "20", joined=True, own_role="70")
    )
    assert discord.asked == 1


async def test_what_discord_does_not_tell_is_a_channel_and_asked_again_next_time() -> None:
    discord = Discord(None)
    discord.go.set()
    places = Places(discord)
    assert await places.of("30", "10") == CHANNEL
    await places.of("30", "10")
    assert discord.asked == 2


async def test_the_oldest_places_go_first() -> None:
    places = Places(Discord(None), most=2)
    for channel in ("1", "2", "1", "3"):
        places.put(channel, Place("10"))
    assert places.known("2") is None
    assert places.known("1") == places.known("3") == Place("10")
