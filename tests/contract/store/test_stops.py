"""Stop: this member leaves; Claude stops when the last reader left."""

import pytest
from support.cache_turns import Gateway, StoreBench

from parley_cache.model import Outcome, Source, State, Stopped, TextEnd
from parley_cache.words import StopRequested
from parley_kit.faults import NotFound


async def test_a_lone_leader_is_told_to_stop(gateway: Gateway) -> None:
    leader = await gateway.open("1000")
    assert await leader.stop("77") is State.OPENED
    assert await leader.heard(StopRequested) == [StopRequested("77", others_read=False)]
    await leader.stop("88")
    assert await leader.heard(StopRequested) == [StopRequested("77", others_read=False)]


async def test_with_followers_the_leader_goes_on_until_the_last_of_them_left(gateway: Gateway) -> None:
    leader, first, second = [await gateway.open(str(1000 + number)) for number in range(3)]
    await leader.stop("77")
    assert await leader.heard(StopRequested) == [StopRequested("77", others_read=True)]
    await leader.end(Outcome.STOPPED, shown=0)
    await first.end(Outcome.ABANDONED)
    assert len(await leader.heard(StopRequested)) == 1
    await second.stop("88")
    assert await second.heard(StopRequested) == [StopRequested("88", others_read=False)]
    assert await leader.heard(StopRequested) == [
        StopRequested("77", others_read=True),
        StopRequested("", others_read=False),
    ]


async def test_a_stopped_follower_detaches_alone(gateway: Gateway) -> None:
    leader, follower = await gateway.open("1000"), await gateway.open("1001")
    await follower.stop("77")
    assert await leader.heard(StopRequested) == []
    await follower.end(Outcome.STOPPED)
    await leader.say("whole")
    await leader.finish()
    assert await (await gateway.open("1002")).text() == "whole"


async def test_a_leader_that_ended_early_is_told_when_nobody_reads_any_more(gateway: Gateway) -> None:
    leader, follower = await gateway.open("1000"), await gateway.open("1001")
    await leader.end(Outcome.ABANDONED)
    assert await leader.heard(StopRequested) == []
    await follower.end(Outcome.ABANDONED)
    assert await leader.heard(StopRequested) == [StopRequested("", others_read=False)]


async def test_nobody_follows_what_is_about_to_be_stopped(gateway: Gateway) -> None:
    leader = await gateway.open("1000")
    await leader.stop("77")
    newcomer = await gateway.open("1001")
    assert await newcomer.source() is Source.LEAD
    await leader.finish(result=Stopped())
    assert await newcomer.heard(TextEnd) == []
    await newcomer.answer("whole")
    assert await (await gateway.open("1002")).text() == "whole"


async def test_a_stopped_follower_is_never_promoted(bench: StoreBench, gateway: Gateway) -> None:
    await gateway.open("1000")
    stopped, living = await gateway.open("1001"), await gateway.open("1002")
    await stopped.stop("77")
    await bench.later(20, stopped, living)
    assert await stopped.source() is Source.FOLLOW
    assert await living.source() is Source.LEAD


async def test_there_is_nothing_to_stop_in_an_ended_or_an_unknown_turn(gateway: Gateway, bench: StoreBench) -> None:
    leader = await gateway.open("1000")
    await leader.answer("done")
    assert await leader.stop("77") is State.ENDED
    with pytest.raises(NotFound):
        await bench.store.stop("4711", "77")
