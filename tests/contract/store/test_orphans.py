"""A turn outlives its gateway."""

import pytest
from support.cache_turns import ORIGIN, Gateway, StoreBench, opening

from parley_cache.model import Finished, Outcome, Posted, PostedKind, Source, State, Stopped, TextEnd
from parley_cache.words import Opened, Queued, Refused, Restarted, StopRequested
from parley_kit.faults import Conflict, NotFound


async def test_a_turn_becomes_an_orphan_when_its_lease_ran_out_and_not_before(
    bench: StoreBench, gateway: Gateway
) -> None:
    await gateway.open("1000")
    await bench.later(14.9)
    assert await bench.orphan_ids() == []
    await bench.later(0.2)
    assert await bench.orphan_ids() == ["1000"]


async def test_a_renewed_turn_is_no_orphan(bench: StoreBench, gateway: Gateway) -> None:
    hold = await gateway.open("1000")
    await bench.later(60, hold)
    assert await bench.orphan_ids() == []


async def test_no_lease_lapses_while_the_store_is_fresh(bench: StoreBench, gateway: Gateway) -> None:
    await gateway.open("1000")
    await bench.pass_time(20)
    await bench.store.sweep(lapses=False)
    assert await bench.orphan_ids() == []
    await bench.later(5)
    assert await bench.orphan_ids() == ["1000"]


async def test_an_adopter_gets_the_whole_turn_and_a_new_attempt(
    bench: StoreBench, gateway: Gateway, sibling: Gateway
) -> None:
    hold = await gateway.open("1000", prompt="Tell me.", interaction_token="token")
    await hold.say("half")
    await hold.post(0, "5000")
    await bench.later(20)
    (orphan,) = await bench.store.orphans()
    assert orphan.opening == opening("1000", prompt="Tell me.", interaction_token="token")
    assert (orphan.state, orphan.source, orphan.attempt, orphan.offset) == (State.OPENED, Source.LEAD, 1, 4)
    adopted = await sibling.adopt("1000")
    opened = await adopted.opened()
    assert (opened.source, opened.attempt, opened.offset) == (Source.LEAD, 2, 0)
    assert opened.posted == (Posted(PostedKind.PAGE, 0, "5000"),)
    assert opened.link == ORIGIN.traceparent
    assert await bench.orphan_ids() == []


async def test_only_one_of_two_siblings_adopts(bench: StoreBench, gateway: Gateway, sibling: Gateway) -> None:
    hold = await gateway.open("1000")
    await bench.later(20)
    await sibling.adopt_by("1000", hold.right.lease)
    with pytest.raises(Conflict):
        await bench.gateway("gateway-3").adopt_by("1000", hold.right.lease)


async def test_a_living_turn_cannot_be_adopted(gateway: Gateway, sibling: Gateway) -> None:
    hold = await gateway.open("1000")
    with pytest.raises(Conflict):
        await sibling.adopt_by("1000", hold.right.lease)


async def test_a_turn_that_nobody_knows_cannot_be_adopted(sibling: Gateway) -> None:
    with pytest.raises(NotFound):
        await sibling.adopt_by("1000", "lease")


async def test_the_former_holder_is_fenced_off_after_adoption(
    bench: StoreBench, gateway: Gateway, sibling: Gateway
) -> None:
    hold = await gateway.open("1000")
    await bench.later(20)
    await sibling.adopt("1000")
    for act in (hold.renew, hold.end, hold.release, hold.finish):
        with pytest.raises(Conflict):
            await act()


async def test_a_released_turn_is_offered_at_once(bench: StoreBench, gateway: Gateway, sibling: Gateway) -> None:
    hold = await gateway.open("1000")
    await hold.release()
    assert await bench.orphan_ids() == ["1000"]
    assert await (await sibling.adopt("1000")).source() is Source.LEAD


async def test_queued_and_refused_turns_are_adopted_too(bench: StoreBench, gateway: Gateway, sibling: Gateway) -> None:
    shared = opening("1").reference
    living = await gateway.open("1000", reference=shared)
    for number in range(1, 7):
        await gateway.open(str(1000 + number), prompt=str(number), reference=shared)
    await bench.later(20, living)
    states = {orphan.opening.turn_id: orphan.state for orphan in await bench.store.orphans()}
    assert states == {**{str(1000 + number): State.QUEUED for number in range(1, 6)}, "1006": State.REFUSED}
    assert await (await sibling.adopt("1002")).heard(Queued) == [Queued(2)]
    refused = await sibling.adopt("1006")
    assert len(await refused.heard(Refused)) == 1
    await refused.end(Outcome.REFUSED)
    await living.answer("done")
    waiting = await sibling.adopt("1001")
    assert await waiting.source() is Source.LEAD


async def test_an_adopter_of_a_complete_reply_only_shows_it(
    bench: StoreBench, gateway: Gateway, sibling: Gateway
) -> None:
    hold = await gateway.open("1000")
    await hold.say("whole")
    await hold.finish()
    await bench.later(20)
    adopted = await sibling.adopt("1000")
    assert await adopted.source() is Source.FOLLOW
    assert await adopted.text() == "whole"
    assert (await adopted.last(TextEnd)).result == Finished("end_turn")
    await adopted.end()


async def test_a_dead_leaders_turn_becomes_a_follower_of_the_promoted_one(
    bench: StoreBench, gateway: Gateway, sibling: Gateway
) -> None:
    leader, follower = await gateway.open("1000"), await sibling.open("1001")
    await leader.say("lost")
    await bench.later(20, follower)
    await follower.say("found", attempt=2)
    adopted = await sibling.adopt("1000")
    opened = await adopted.opened()
    assert (opened.source, opened.attempt) == (Source.FOLLOW, 2)
    assert await adopted.text() == "found"


async def test_an_adopted_follower_reads_from_the_beginning(
    bench: StoreBench, gateway: Gateway, sibling: Gateway
) -> None:
    leader, follower = await gateway.open("1000"), await gateway.open("1001")
    await leader.say("Hello ")
    await follower.hear()
    await bench.later(20, leader)
    adopted = await sibling.adopt("1001")
    await leader.say("there")
    assert await adopted.text() == "Hello there"
    assert await adopted.heard(Restarted) == []


async def test_a_stop_reaches_whoever_adopts_and_what_stood_there_stands(
    bench: StoreBench, gateway: Gateway, sibling: Gateway
) -> None:
    leader = await gateway.open("1000")
    await leader.say("half an ans")
    await leader.stop("77")
    await bench.later(20)
    adopted = await sibling.adopt("1000")
    assert await adopted.text() == "half an ans"
    assert await adopted.source() is Source.FOLLOW
    assert (await adopted.last(TextEnd)).result == Stopped()
    assert await adopted.heard(StopRequested) == [StopRequested("77", others_read=False)]


async def test_attempts_count_over_adoptions(bench: StoreBench, gateway: Gateway) -> None:
    await gateway.open("1000")
    for attempt in (2, 3):
        await bench.later(20)
        adopted = await bench.gateway(f"gateway-{attempt}").adopt("1000")
        assert (await adopted.opened()).attempt == attempt
    await bench.later(20)
    last = await bench.gateway("gateway-4").adopt("1000")
    assert await last.source() is Source.FOLLOW
    assert (await last.last(TextEnd)).result.reason == "ATTEMPTS_EXHAUSTED"  # type: ignore[union-attr]  # the line proves it


async def test_the_conversation_goes_on_after_an_orphan_that_nobody_ever_adopted(
    bench: StoreBench, gateway: Gateway
) -> None:
    shared = opening("1").reference
    await gateway.open("1000", reference=shared)
    waiting = await gateway.open("1001", prompt="next", reference=shared)
    await bench.later(25 * 3600.0, waiting)
    assert len(await waiting.heard(Opened)) == 1
