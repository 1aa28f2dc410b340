"""One turn at a time a conversation."""

from support.cache_turns import Gateway, Hold, StoreBench

from parley_cache.model import Named, Outcome, RefusalReason, Source
from parley_cache.words import Opened, Queued, Refused, StopRequested

CHAT = Named("chat")


async def _ask(gateway: Gateway, number: int) -> Hold:
    return await gateway.open(str(1000 + number), prompt=f"question {number}", reference=CHAT)


async def test_who_waits_is_told_the_place_and_each_move(gateway: Gateway) -> None:
    first, second, third = [await _ask(gateway, number) for number in range(3)]
    assert await second.heard(Queued) == [Queued(1)]
    assert await third.heard(Queued) == [Queued(2)]
    await first.answer("one")
    assert await second.source() is Source.LEAD
    assert await third.heard(Queued) == [Queued(2), Queued(1)]
    await second.answer("two")
    assert await third.source() is Source.LEAD


async def test_the_sixth_that_would_wait_is_refused_and_frees_nobodys_place(gateway: Gateway) -> None:
    holds = [await _ask(gateway, number) for number in range(7)]
    assert await holds[6].heard(Refused) == [Refused(RefusalReason.QUEUE_FULL)]
    assert await holds[5].heard(Queued) == [Queued(5)]
    await holds[6].end(Outcome.REFUSED)
    assert await holds[5].heard(Queued) == [Queued(5)]


async def test_who_leaves_the_queue_moves_those_behind(gateway: Gateway) -> None:
    first, second, third = [await _ask(gateway, number) for number in range(3)]
    assert await third.heard(Queued) == [Queued(2)]
    await second.stop("77")
    assert await second.heard(StopRequested) == [StopRequested("77", others_read=False)]
    await second.end(Outcome.STOPPED)
    assert await third.heard(Queued) == [Queued(2), Queued(1)]
    await first.answer("one")
    opened = await third.opened()
    assert [message.text for message in opened.window] == ["question 0", "one"]


async def test_who_asked_first_goes_first_however_late_the_claim_is(gateway: Gateway) -> None:
    _, third, second = [await _ask(gateway, number) for number in (0, 2, 1)]
    assert await second.heard(Queued) == [Queued(1)]
    assert await third.heard(Queued) == [Queued(1), Queued(2)]


async def test_a_turn_whose_gateway_died_while_it_waited_is_opened_all_the_same(
    bench: StoreBench, gateway: Gateway, sibling: Gateway
) -> None:
    first, _ = await _ask(gateway, 0), await _ask(gateway, 1)
    await bench.later(20, first)
    await first.answer("one")
    adopted = await sibling.adopt("1001")
    assert len(await adopted.heard(Opened)) == 1
    await adopted.say("two", attempt=(await adopted.opened()).attempt)
    await adopted.end()


async def test_other_conversations_do_not_wait(gateway: Gateway) -> None:
    await _ask(gateway, 0)
    assert await (await gateway.open("2000", prompt="elsewhere")).source() is Source.LEAD


async def test_whom_a_member_stopped_while_it_waited_is_followed_by_nobody(gateway: Gateway) -> None:
    first = await _ask(gateway, 0)
    waiting = await gateway.open("1001", prompt="popular", reference=CHAT)
    await waiting.stop("77")
    await first.end(Outcome.ABANDONED)
    assert await waiting.source() is Source.LEAD
    assert await (await gateway.open("2000", prompt="popular")).source() is Source.LEAD
