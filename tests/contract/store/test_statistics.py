"""What stored replies did, and how to be rid of them."""

import asyncio
from functools import partial

import pytest
from support.cache_turns import Gateway, StoreBench

from parley_cache import purging, recall, shelf, storing
from parley_cache.model import Finished, Named, Source, TextEnd, Usage
from parley_cache.shelf import Tune
from parley_cache.storing import Statistics
from parley_kit.faults import NotFound


async def _statistics(bench: StoreBench) -> Statistics:
    return await bench.store.apply("statistics", storing.statistics)


async def test_hits_misses_follows_and_what_they_saved_are_counted(bench: StoreBench, gateway: Gateway) -> None:
    leader = await gateway.open("1000")
    await gateway.open("1001")
    await leader.say("twelve bytes")
    await bench.pass_time(3)
    await leader.store.finish(leader.right, TextEnd(1, Finished("end_turn"), Usage(100, 20, 4000, 7)))
    await gateway.open("1002")
    await bench.pass_time(10)
    found = await _statistics(bench)
    assert (found.hits, found.misses, found.follows) == (1, 1, 1)
    assert found.saved_tokens == 2 * (100 + 20 + 7), "one hit, one follower; cached input is not work"
    assert found.saved_seconds == pytest.approx(3, abs=1)
    assert (found.entries, found.size, found.evictions) == (1, 12, 0)
    assert found.oldest == pytest.approx(10, abs=1)
    assert found.time_to_live == 3600


async def test_evictions_are_counted_and_bounds_hold(bench: StoreBench, gateway: Gateway) -> None:
    for turn in range(5):
        await bench.pass_time(1)
        await (await gateway.open(str(1000 + turn), prompt=str(turn))).answer("text")
    found = await _statistics(bench)
    assert (found.entries, found.evictions, found.size) == (3, 2, 12)


async def test_a_purge_of_everything_leaves_nothing_stored(bench: StoreBench, gateway: Gateway) -> None:
    for turn in range(3):
        await (await gateway.open(str(1000 + turn), prompt=str(turn))).answer("text")
    done = await bench.store.apply("purge", purging.everything)
    assert (done.replies, done.more) == (3, False)
    assert (await _statistics(bench)).entries == 0
    assert (await bench.store.figures()).logs == 0
    assert await (await gateway.open("2000", prompt="0")).source() is Source.LEAD


async def test_a_purge_breaks_no_reader(bench: StoreBench, gateway: Gateway) -> None:
    await (await gateway.open("1000")).answer("the whole answer")
    reader = await gateway.open("1001")
    await bench.store.apply("purge", purging.everything)
    assert await reader.text() == "the whole answer"
    await reader.end()
    assert (await bench.store.figures()).logs == 0


async def test_what_runs_during_a_purge_is_read_to_its_end_but_not_stored(bench: StoreBench, gateway: Gateway) -> None:
    leader, follower = await gateway.open("1000"), await gateway.open("1001")
    await leader.say("half ")
    await bench.store.apply("purge", purging.everything)
    await leader.answer("whole")
    assert await follower.text() == "half whole"
    assert (await _statistics(bench)).entries == 0
    await bench.pass_time(1)
    again = await gateway.open("1002")
    assert await again.source() is Source.LEAD
    await again.answer("new")
    assert (await _statistics(bench)).entries == 1


async def test_a_guilds_purge_leaves_other_guilds_alone(bench: StoreBench, gateway: Gateway) -> None:
    await (await gateway.open("1000", guild_id="10")).answer("ten")
    await (await gateway.open("1001", guild_id="11")).answer("eleven")
    done = await bench.store.apply("purge", lambda tables: purging.guild(tables, "10"))
    assert done.replies == 1
    assert await (await gateway.open("1002", guild_id="10")).source() is Source.LEAD
    assert await (await gateway.open("1003", guild_id="11")).text() == "eleven"


async def test_a_conversations_purge_finds_what_was_asked_there(bench: StoreBench, gateway: Gateway) -> None:
    await (await gateway.open("1000", prompt="1", reference=Named("chat"))).answer("one")
    await (await gateway.open("1001", prompt="2")).answer("two")
    done = await bench.store.apply("purge", lambda tables: purging.conversation(tables, "chat"))
    assert done.replies == 1
    assert await (await gateway.open("1002", prompt="2")).source() is Source.STORED
    assert (await bench.store.apply("get", lambda tables: recall.view(tables, Named("chat")))).conversation.length == 2


async def test_a_turns_purge_takes_the_reply_that_it_was_served_or_runs(bench: StoreBench, gateway: Gateway) -> None:
    await (await gateway.open("1000")).answer("served")
    await gateway.open("1001")
    assert (await bench.store.apply("purge", lambda tables: purging.turn(tables, "1001"))).replies == 1
    running = await gateway.open("1002")
    assert await running.source() is Source.LEAD
    assert (await bench.store.apply("purge", lambda tables: purging.turn(tables, "1002"))).replies == 0
    await running.answer("not stored")
    assert await (await gateway.open("1003")).source() is Source.LEAD
    with pytest.raises(NotFound):
        await bench.store.apply("purge", lambda tables: purging.turn(tables, "9"))


async def test_a_wish_that_several_caches_hear_is_done_once(bench: StoreBench) -> None:
    done = await asyncio.gather(*(bench.store.apply("tune", partial(shelf.tune, wish=Tune(1, 0.5))) for _ in range(4)))
    assert [ttl for ttl in done if ttl is not None] == [1800.0]
    assert (await bench.store.figures()).reply_ttl == 1800.0
