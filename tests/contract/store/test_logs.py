"""A reply is a log: hit, follow, lead; attempts are never spliced."""

from datetime import timedelta

import pytest
from support.cache_turns import ORIGIN, Gateway, StoreBench, have

from parley_cache.model import Failed, Finished, Mode, Named, Outcome, Source, Stopped, TextEnd, Usage
from parley_cache.replies import ATTEMPTS_EXHAUSTED
from parley_cache.words import Opened, Piece, Restarted
from parley_kit.faults import OutOfRange, Precondition


async def test_who_asks_the_same_meanwhile_follows_from_the_first_word(gateway: Gateway) -> None:
    leader = await gateway.open("1000")
    await leader.say("A log ")
    follower = await gateway.open("1001", prompt="  what IS a\n log? ")
    assert await follower.source() is Source.FOLLOW
    assert await follower.text() == "A log "
    await leader.say("grows.")
    assert await follower.text() == "A log grows."
    assert (await follower.opened()).link == ORIGIN.traceparent


async def test_who_asks_the_same_later_gets_the_stored_answer_in_one_piece(gateway: Gateway) -> None:
    leader = await gateway.open("1000")
    for word in ("A ", "log ", "grows."):
        await leader.say(word)
    end = TextEnd(1, Finished("end_turn"), Usage(10, 20, 30, 40))
    await leader.store.finish(leader.right, end)
    await leader.end()
    reader = await gateway.open("1001")
    words = await reader.hear()
    assert isinstance(words[0], Opened)
    assert words[0].source is Source.STORED
    assert words[1:] == [Piece(1, 0, "A log grows."), end]


async def test_a_stored_answer_is_gone_after_its_time(bench: StoreBench, gateway: Gateway) -> None:
    await (await gateway.open("1000")).answer("A log grows.")
    await bench.later(3599)
    assert await (await gateway.open("1001")).source() is Source.STORED
    await bench.later(2)
    assert await (await gateway.open("1002")).source() is Source.LEAD


async def test_the_answer_that_was_not_used_for_longest_makes_room(bench: StoreBench, gateway: Gateway) -> None:
    for turn, prompt in enumerate("abc"):
        await (await gateway.open(str(1000 + turn), prompt=prompt)).answer(prompt)
    reader = await gateway.open("2000", prompt="a")
    await reader.hear()
    await (await gateway.open("2001", prompt="d")).answer("d")
    assert await (await gateway.open("2002", prompt="b")).source() is Source.LEAD
    assert await (await gateway.open("2003", prompt="a")).source() is Source.STORED
    assert await (await gateway.open("2004", prompt="d")).source() is Source.STORED
    assert (await bench.store.figures()).stored == 3


async def test_an_evicted_answer_stays_for_those_who_still_read_it(bench: StoreBench, gateway: Gateway) -> None:
    await (await gateway.open("1000", prompt="a")).answer("the whole answer")
    reader = await gateway.open("1001", prompt="a")
    for turn, prompt in enumerate("bcd"):
        await (await gateway.open(str(2000 + turn), prompt=prompt)).answer(prompt)
    assert await reader.text() == "the whole answer"
    await reader.end()
    assert (await bench.store.figures()).logs == 3


@pytest.mark.parametrize(
    "result", [Finished("refusal"), Stopped(), Failed("OVERLOADED", retryable=True, retry_after=timedelta(seconds=3))]
)
async def test_what_is_no_complete_answer_is_shared_with_followers_but_never_stored(
    gateway: Gateway, result: Finished | Stopped | Failed
) -> None:
    leader = await gateway.open("1000")
    follower = await gateway.open("1001")
    await leader.say("I")
    await leader.finish(result=result)
    assert (await follower.last(TextEnd)).result == result
    assert await (await gateway.open("1002")).source() is Source.LEAD


async def test_asking_afresh_replaces_the_stored_answer_only_when_it_is_complete(gateway: Gateway) -> None:
    await (await gateway.open("1000")).answer("old")
    failing = await gateway.open("1001", mode=Mode.REFRESH)
    assert await failing.source() is Source.LEAD
    await failing.finish(result=Failed("OVERLOADED", retryable=True, retry_after=None))
    assert await (await gateway.open("1002")).text() == "old"
    await (await gateway.open("1003", mode=Mode.REFRESH)).answer("new")
    assert await (await gateway.open("1004")).text() == "new"


async def test_who_never_shares_neither_takes_nor_gives(gateway: Gateway) -> None:
    await (await gateway.open("1000")).answer("shared")
    private = await gateway.open("1001", mode=Mode.NEVER)
    assert await private.source() is Source.LEAD
    await private.answer("private")
    assert await (await gateway.open("1002")).text() == "shared"


async def test_text_that_comes_twice_counts_once(gateway: Gateway) -> None:
    leader = await gateway.open("1000")
    follower = await gateway.open("1001")
    await leader.say("Hello ", offset=0)
    await leader.say("Hello th", offset=0)
    await leader.say("there", offset=6)
    await leader.say("lo", offset=3)
    assert await follower.text() == "Hello there"


async def test_offsets_are_characters_not_bytes(gateway: Gateway) -> None:
    leader = await gateway.open("1000")
    follower = await gateway.open("1001")
    await leader.say("日本🎉", offset=0)
    await leader.say("語", offset=3)
    assert await follower.text() == "日本🎉語"


async def test_text_past_the_end_is_refused_with_the_place_where_to_go_on(gateway: Gateway) -> None:
    leader = await gateway.open("1000")
    await leader.say("Hello")
    with pytest.raises(OutOfRange):
        await leader.say("there", offset=6)
    again = await gateway.open("1000", have=have(offset=11))
    assert (await again.opened()).offset == 5


async def test_a_leader_that_begins_again_replaces_its_text(gateway: Gateway) -> None:
    leader = await gateway.open("1000")
    follower = await gateway.open("1001")
    await leader.say("first try")
    assert await follower.text() == "first try"
    await leader.say("second", attempt=2)
    await leader.say("late words of the first", attempt=1, offset=9)
    assert await follower.text() == "second"
    assert await follower.heard(Restarted) == [Restarted(2)]


async def test_a_fourth_attempt_is_refused(gateway: Gateway) -> None:
    leader = await gateway.open("1000")
    await leader.say("third", attempt=3)
    with pytest.raises(Precondition) as refused:
        await leader.say("fourth", attempt=4)
    assert refused.value.reason == ATTEMPTS_EXHAUSTED


async def test_the_oldest_living_follower_is_promoted_when_the_leader_dies(bench: StoreBench, gateway: Gateway) -> None:
    leader = await gateway.open("1000")
    first, second = await gateway.open("1001"), await gateway.open("1002")
    await leader.say("half an ans")
    assert await second.text() == "half an ans"
    await bench.later(20, first, second)
    promoted = await first.opened()
    assert (promoted.source, promoted.attempt, promoted.offset) == (Source.LEAD, 2, 0)
    assert promoted.link == ORIGIN.traceparent
    await first.say("another whole answer", attempt=2)
    assert await second.text() == "another whole answer"
    assert await second.heard(Restarted) == [Restarted(2)]


async def test_of_two_followers_the_one_of_a_living_gateway_leads(
    bench: StoreBench, gateway: Gateway, sibling: Gateway
) -> None:
    leader, dead, alive = await gateway.open("1000"), await gateway.open("1001"), await sibling.open("1002")
    await bench.later(3, leader, alive)
    await bench.later(1, dead, alive)  # the last that is heard of the first gateway
    await bench.later(14.5, alive)  # the leader's lease is over, the other's not yet
    opened = await alive.opened()
    assert (opened.source, opened.attempt) == (Source.LEAD, 2)
    assert (await dead.opened()).source is Source.FOLLOW


async def test_a_gateway_that_dies_with_all_who_read_along_costs_one_attempt(
    bench: StoreBench, gateway: Gateway, sibling: Gateway
) -> None:
    holds = [await gateway.open(str(1000 + number)) for number in range(4)]
    for hold in holds:
        await bench.later(1, hold)  # their leases run out one after the other
    await bench.later(12.5)
    assert await bench.orphan_ids() == ["1000"]
    adopted = await sibling.adopt("1000")
    assert (await adopted.opened()).attempt == 2
    await bench.later(5, adopted)
    await adopted.say("whole", attempt=2)
    for number in range(1, 4):
        assert await (await sibling.adopt(str(1000 + number))).text() == "whole"


async def test_a_gateway_that_hands_all_over_costs_one_attempt(gateway: Gateway, sibling: Gateway) -> None:
    holds = [await gateway.open(str(1000 + number)) for number in range(4)]
    for hold in holds:
        await hold.release()
    adopted = await sibling.adopt("1000")
    assert (await adopted.opened()).attempt == 2
    await adopted.say("whole", attempt=2)
    for number in range(1, 4):
        assert await (await sibling.adopt(str(1000 + number))).text() == "whole"


async def test_the_last_one_who_reads_along_leads_when_nobody_could_adopt_the_leader(
    bench: StoreBench, gateway: Gateway
) -> None:
    leader, follower = await gateway.open("1000"), await gateway.open("1001")
    await leader.end(Outcome.ABANDONED)
    await bench.later(1, leader)
    await bench.later(1, follower)
    await bench.later(14.5)
    assert (await follower.opened()).source is Source.LEAD


async def test_who_leads_no_more_cannot_write_and_becomes_a_follower(bench: StoreBench, gateway: Gateway) -> None:
    leader, follower = await gateway.open("1000"), await gateway.open("1001")
    await leader.say("one")
    await leader.hear()
    await bench.later(20, follower)
    await leader.renew()
    await leader.say("more of one", attempt=1, offset=3)
    await follower.say("two", attempt=2)
    assert await leader.source() is Source.FOLLOW
    assert await leader.text() == "two"


async def test_a_leader_whose_member_left_keeps_feeding_the_others(gateway: Gateway, bench: StoreBench) -> None:
    leader, follower = await gateway.open("1000"), await gateway.open("1001")
    await leader.say("Hello")
    await leader.end(Outcome.ABANDONED)
    await bench.later(20, leader, follower)
    assert await bench.orphan_ids() == []
    await leader.say(" there")
    await leader.finish()
    assert await follower.text() == "Hello there"
    assert (await follower.last(TextEnd)).result == Finished("end_turn")
    assert await (await gateway.open("1002")).source() is Source.STORED


async def test_when_the_feeding_leader_dies_a_follower_goes_on(gateway: Gateway, bench: StoreBench) -> None:
    leader, follower = await gateway.open("1000"), await gateway.open("1001")
    await leader.end(Outcome.ABANDONED)
    await bench.later(20, follower)
    assert (await follower.opened()).source is Source.LEAD
    assert await bench.orphan_ids() == []


async def test_a_newcomer_leads_when_all_the_others_are_dead(gateway: Gateway, bench: StoreBench) -> None:
    await gateway.open("1000")
    await gateway.open("1001")
    await bench.later(20)
    newcomer = await gateway.open("1002")
    opened = await newcomer.opened()
    assert (opened.source, opened.attempt) == (Source.LEAD, 2)


async def test_three_dead_leaders_end_the_reply_with_a_named_error(gateway: Gateway, bench: StoreBench) -> None:
    holds = [await gateway.open(str(1000 + number)) for number in range(4)]
    for attempt in (1, 2, 3):
        await holds[attempt - 1].say(f"attempt {attempt}", attempt=attempt)
        await bench.later(20, *holds[attempt:])
    assert (await holds[3].last(TextEnd)).result == Failed(ATTEMPTS_EXHAUSTED, retryable=True, retry_after=None)
    assert await holds[3].text() == "attempt 3"
    assert await (await gateway.open("2000")).source() is Source.LEAD


async def test_a_late_follower_gets_a_long_text_in_bounded_pieces(gateway: Gateway) -> None:
    leader = await gateway.open("1000")
    for _ in range(5):
        await leader.say("x" * 60_000)
    follower = await gateway.open("1001")
    assert await follower.text() == "x" * 300_000
    assert [len(piece.text) for piece in await follower.heard(Piece)] == [65_536] * 4 + [37_856]


async def test_nobody_follows_into_a_conversation_with_a_past(gateway: Gateway) -> None:
    await (await gateway.open("1000", prompt="yes")).answer("shared")
    first = await gateway.open("1001", prompt="Shall we?", reference=Named("chat"))
    await first.answer("Of course.")
    second = await gateway.open("1002", prompt="yes", reference=Named("chat"))
    assert await second.source() is Source.LEAD
    follower = await gateway.open("1003", prompt="yes")
    assert await follower.source() is Source.STORED
