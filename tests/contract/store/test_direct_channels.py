"""Direct channels: those in which something was asked of late, the last first."""

from support.cache_turns import Gateway, StoreBench

from parley_cache import direct_channels
from parley_cache.words import Refused

HOUR = 3600.0


async def _ask(gateway: Gateway, number: int, channel_id: str, guild_id: str = "") -> None:
    turn = await gateway.open(str(1000 + number), channel_id=channel_id, guild_id=guild_id)
    await turn.answer("a")


async def _newest(bench: StoreBench, within: float = 24 * HOUR, most: int = 50) -> list[str]:
    return list(await bench.store.apply("list", lambda tables: direct_channels.newest(tables, within, most)))


async def test_direct_channels_are_named_the_last_first_and_guilds_not(bench: StoreBench, gateway: Gateway) -> None:
    for number, channel_id in enumerate(("81", "82", "83", "81")):
        await _ask(gateway, number, channel_id)
        await bench.pass_time(1.0)
    await _ask(gateway, 9, "84", guild_id="10")
    assert await _newest(bench) == ["81", "83", "82"]
    assert await _newest(bench, most=2) == ["81", "83"]


async def test_a_question_that_was_refused_was_asked_there_too(bench: StoreBench, gateway: Gateway) -> None:
    await gateway.open("1000", guild_id="10")
    await gateway.open("1001", guild_id="10", rewind_to="1000")
    late = await gateway.open("1002", channel_id="82", guild_id="", rewind_to="1000")
    assert await late.heard(Refused)
    assert await _newest(bench) == ["82"]


async def test_only_so_far_back_as_is_asked_and_at_most_a_day(bench: StoreBench, gateway: Gateway) -> None:
    await _ask(gateway, 0, "81")
    await bench.pass_time(2 * HOUR)
    await _ask(gateway, 1, "82")
    assert await _newest(bench, within=HOUR) == ["82"]
    assert await _newest(bench, within=3 * HOUR) == ["82", "81"]
    await bench.pass_time(23 * HOUR)
    await _ask(gateway, 2, "83")
    assert await _newest(bench, within=100 * HOUR) == ["83", "82"], "what is older than a day is not kept"
