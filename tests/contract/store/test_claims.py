"""One holder a turn."""

import pytest
from support.cache_turns import Gateway, StoreBench, have, opening

from parley_cache.model import Outcome, Source, State
from parley_cache.turns import Duplicate
from parley_cache.words import Committed
from parley_kit.faults import Conflict, Unavailable


async def test_the_first_gateway_gets_the_turn_and_leads(gateway: Gateway) -> None:
    hold = await gateway.open("1000")
    opened = await hold.opened()
    assert (opened.source, opened.attempt, opened.offset, opened.revision) == (Source.LEAD, 1, 0, 1)
    assert opened.link == ""


async def test_the_second_gateway_is_told_that_the_first_has_it(gateway: Gateway, sibling: Gateway) -> None:
    await gateway.open("1000")
    assert await sibling.ask(opening("1000")) == Duplicate(State.OPENED)


async def test_an_answered_turn_is_never_answered_again_within_a_day(
    bench: StoreBench, gateway: Gateway, sibling: Gateway
) -> None:
    hold = await gateway.open("1000")
    await hold.answer("A log grows.")
    await bench.later(23 * 3600.0)
    assert await sibling.ask(opening("1000")) == Duplicate(State.ENDED)
    assert await gateway.ask(opening("1000")) == Duplicate(State.ENDED)
    await bench.later(2 * 3600.0)
    await sibling.open("1000")


async def test_nothing_of_an_ended_turn_is_kept_that_a_member_wrote(bench: StoreBench, gateway: Gateway) -> None:
    hold = await gateway.open("1000", prompt="a secret", interaction_token="token")
    await hold.end(Outcome.ABANDONED)
    figures = await bench.store.figures()
    assert (figures.turns, figures.logs, figures.log_bytes) == (0, 1, 0)  # its leader may still feed the log
    await bench.later(20)
    figures = await bench.store.figures()
    assert (figures.logs, figures.log_bytes, figures.orphans) == (0, 0, 0)


async def test_a_lost_first_word_costs_nothing_the_same_process_opens_again(gateway: Gateway) -> None:
    await gateway.open("1000")
    again = await gateway.open("1000")
    assert await again.source() is Source.LEAD


async def test_opening_again_fences_the_former_stream_off(gateway: Gateway) -> None:
    former = await gateway.open("1000")
    await former.say("Hello")
    again = await gateway.open("1000", have=have(offset=5))
    with pytest.raises(Conflict):
        await former.say(" there")
    assert (await again.opened()).offset == 5
    await again.say(" there")
    assert (await again.store.look(again.right, again.told.seen)).log is not None


async def test_what_another_holds_cannot_be_opened_with_have(gateway: Gateway, sibling: Gateway) -> None:
    await gateway.open("1000")
    with pytest.raises(Conflict):
        await sibling.open("1000", have=have())


async def test_a_holder_that_lost_its_stream_goes_on_in_the_same_attempt(gateway: Gateway, bench: StoreBench) -> None:
    hold = await gateway.open("1000")
    await hold.say("Hello")
    await bench.later(10)
    again = await gateway.open("1000", have=have(offset=7))
    opened = await again.opened()
    assert (opened.source, opened.attempt, opened.offset) == (Source.LEAD, 1, 5)


async def test_a_lease_that_ran_out_comes_back_if_nobody_took_the_turn(bench: StoreBench, gateway: Gateway) -> None:
    hold = await gateway.open("1000")
    await bench.later(20)
    assert await bench.orphan_ids() == ["1000"]
    await hold.renew()
    assert await bench.orphan_ids() == []
    await hold.say("Hello")
    assert (await hold.store.look(hold.right, hold.told.seen)).log is not None
    await bench.later(10)
    assert await bench.orphan_ids() == []


async def test_end_is_said_once_however_often_it_is_sent(gateway: Gateway) -> None:
    hold = await gateway.open("1000")
    await hold.say("A log grows.")
    await hold.finish()
    await hold.end(shown=5)
    await hold.end(Outcome.FAILED)
    assert await hold.heard(Committed) == [Committed(1)]


async def test_a_holder_that_lost_its_stream_after_end_is_told_that_it_is_committed(gateway: Gateway) -> None:
    hold = await gateway.open("1000")
    await hold.answer("A log grows.")
    again = await gateway.open("1000", have=have(state=State.ENDED, offset=12))
    assert await again.hear() == [Committed(1)]


async def test_acting_on_a_turn_that_the_store_lost_asks_to_open_it_again(gateway: Gateway, bench: StoreBench) -> None:
    hold = await gateway.open("1000")
    await hold.end(Outcome.ABANDONED)
    await bench.later(25 * 3600.0)
    with pytest.raises(Unavailable) as lost:
        await hold.renew()
    assert lost.value.reason == "TURN_FORGOTTEN"
