"""The store forgot: holders bring their turns back."""

from support.cache_turns import Gateway, StoreBench, have

from parley_cache.model import Named, Outcome, Posted, PostedKind, ReplyTo, Source, State
from parley_cache.words import Committed, Opened, Queued, Refused, Restarted

CHAT = Named("chat")


async def test_a_producer_goes_on_at_once_in_its_attempt_and_sends_its_text_again(gateway: Gateway) -> None:
    hold = await gateway.open("1000", have=have(attempt=2, offset=400))
    opened = await hold.opened()
    assert (opened.source, opened.attempt, opened.offset) == (Source.LEAD, 2, 0)
    await hold.say("all of it", attempt=2)
    await hold.finish(attempt=2)
    await hold.end()
    assert await hold.heard(Committed) == [Committed(1)]


async def test_a_follower_waits_for_its_leader_to_come_back(bench: StoreBench, gateway: Gateway) -> None:
    follower = await gateway.open("1001", have=have(Source.FOLLOW, offset=5))
    assert await follower.hear() == []
    leader = await gateway.open("1000", have=have(offset=11))
    await leader.say("Hello there")
    await bench.later(6, leader, follower)
    assert await follower.source() is Source.FOLLOW
    assert await follower.text() == "Hello there"
    assert await follower.heard(Restarted) == [Restarted(1)]


async def test_a_follower_that_comes_back_once_more_hears_its_leader_from_the_beginning(
    bench: StoreBench, gateway: Gateway
) -> None:
    """What it has need not be of the log that it finds, and does not become so by a second break."""
    lost = await gateway.open("1001", have=have(Source.FOLLOW, offset=5))
    follower = await gateway.open("1001", have=have(Source.FOLLOW, offset=5))
    leader = await gateway.open("1000", have=have(offset=11))
    await leader.say("Hello there")
    await bench.later(6, leader, follower)
    assert await follower.text() == "Hello there"
    assert await follower.heard(Restarted) == [Restarted(1)]
    again = await gateway.open("1001", have=have(Source.FOLLOW, offset=5))
    assert await again.text() == "Hello there"
    assert lost.words == []


async def test_a_leader_that_finds_another_in_its_place_hears_that_one_from_the_beginning(
    bench: StoreBench, gateway: Gateway, sibling: Gateway
) -> None:
    """Both may have begun a second attempt: the one since its executor was lost, the other in its place."""
    leader = await gateway.open("1000")
    await leader.say("first")
    heir = await sibling.open("1001")
    await bench.later(20, heir)
    await heir.say("another second", attempt=2)
    back = await gateway.open("1000", have=have(attempt=2, offset=6))
    assert await back.source() is Source.FOLLOW
    assert await back.text() == "another second"


async def test_who_has_text_where_the_store_knows_of_none_hears_it_from_the_beginning(gateway: Gateway) -> None:
    """The store lost its tail: the turn was opened, and waits again."""
    first = await gateway.open("1000", prompt="first", reference=CHAT)
    waiting = await gateway.open("1001", reference=CHAT)
    assert await waiting.heard(Opened) == []
    await (await gateway.open("1002")).say("Hello there")
    back = await gateway.open("1001", reference=CHAT, have=have(Source.STORED, offset=5))
    await first.end(Outcome.FAILED)
    assert await back.source() is Source.FOLLOW
    assert await back.text() == "Hello there"


async def test_a_follower_whose_leader_stays_away_leads(bench: StoreBench, gateway: Gateway) -> None:
    follower = await gateway.open("1001", have=have(Source.FOLLOW, offset=5))
    await bench.later(6, follower)
    opened = await follower.opened()
    assert (opened.source, opened.attempt) == (Source.LEAD, 2)


async def test_all_followers_find_one_leader_again(bench: StoreBench, gateway: Gateway) -> None:
    followers = [await gateway.open(str(1001 + n), have=have(Source.FOLLOW, offset=5)) for n in range(4)]
    await bench.later(6, *followers)
    sources = [await follower.source() for follower in followers]
    assert sorted(source.value for source in sources) == ["follow", "follow", "follow", "lead"]


async def test_queued_turns_find_their_places_behind_the_one_that_is_answered(
    bench: StoreBench, gateway: Gateway
) -> None:
    third = await gateway.open("1003", prompt="3", reference=CHAT, have=have(None, 0, state=State.QUEUED))
    second = await gateway.open("1002", prompt="2", reference=CHAT, have=have(None, 0, state=State.QUEUED))
    first = await gateway.open("1001", prompt="1", reference=CHAT, have=have(offset=3))
    await bench.later(6, first, second, third)
    assert await second.heard(Opened) + await third.heard(Opened) == []
    positions = {(await second.last(Queued)).position, (await third.last(Queued)).position}
    assert positions == {1, 2}


async def test_a_restored_answer_is_not_stored_since_its_history_is_unknown(gateway: Gateway) -> None:
    hold = await gateway.open("1000", have=have(offset=3))
    await hold.answer("yes, as we said")
    assert await (await gateway.open("1001")).source() is Source.LEAD


async def test_a_stranger_does_not_follow_a_restored_leader(gateway: Gateway) -> None:
    await gateway.open("1000", have=have(offset=3))
    assert await (await gateway.open("1001")).source() is Source.LEAD


async def test_posted_messages_come_back_and_name_the_conversation(gateway: Gateway) -> None:
    posted = (Posted(PostedKind.PAGE, 0, "5000"),)
    hold = await gateway.open("1000", reference=CHAT, have=have(offset=3, posted=posted))
    assert (await hold.opened()).posted == posted
    await hold.answer("an answer")
    reply = await gateway.open("1001", prompt="more", reference=ReplyTo("5000"))
    assert (await reply.opened()).conversation_id == "chat"


async def test_a_refusal_that_was_being_told_stays_one(gateway: Gateway) -> None:
    hold = await gateway.open("1000", have=have(None, 0, state=State.REFUSED))
    assert len(await hold.heard(Refused)) == 1
    await hold.end(Outcome.REFUSED)
    assert await hold.heard(Committed) == [Committed(0)]


async def test_a_restored_turn_may_end_before_it_is_opened_again(bench: StoreBench, gateway: Gateway) -> None:
    hold = await gateway.open("1000", have=have(Source.FOLLOW, offset=5))
    await hold.end(Outcome.STOPPED)
    await bench.later(6)
    assert await hold.heard(Opened) == []


async def test_two_producers_of_one_conversation_both_go_on_and_the_next_waits_for_both(
    bench: StoreBench, gateway: Gateway
) -> None:
    fresh = await gateway.open("1001", prompt="new", reference=CHAT)
    back = await gateway.open("1000", prompt="old", reference=CHAT, have=have(offset=3))
    waiting = await gateway.open("1002", prompt="next", reference=CHAT)
    assert await back.source() is Source.LEAD
    assert await waiting.heard(Queued) == [Queued(2)]
    await back.answer("old answer")
    assert await waiting.heard(Queued) == [Queued(2), Queued(1)]
    await fresh.answer("new answer")
    assert (await waiting.opened()).revision == 3


async def test_a_restored_first_answer_is_stored_and_followed_by_strangers(gateway: Gateway) -> None:
    hold = await gateway.open("1000", have=have(offset=3, revision=1))
    stranger = await gateway.open("1001")
    assert await stranger.source() is Source.FOLLOW
    await hold.answer("yes")
    assert await stranger.text() == "yes"
    assert await (await gateway.open("1002")).source() is Source.STORED


async def test_revisions_do_not_go_back_over_a_loss(gateway: Gateway) -> None:
    hold = await gateway.open("1000", reference=CHAT, have=have(offset=3, revision=7))
    assert (await hold.opened()).revision == 7
    await hold.answer("as we said")
    assert (await (await gateway.open("1001", reference=CHAT)).opened()).revision == 8
