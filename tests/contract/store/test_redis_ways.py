"""How often Redis is asked: what this process saw last is used, compared, and never believed."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.cache_turns import Gateway, Hold
from support.redis_server import Server, redis_server
from support.redis_stores import eventually, store_on, target_of

from parley_cache import purging, recall
from parley_cache.limits import Limits
from parley_cache.model import Named, RefusalReason, ReplyTo, Source
from parley_cache.store.redis import RedisStore
from parley_cache.words import Committed, Refused

CHAT = Named("chat")
Pair = tuple[RedisStore, RedisStore]
MANY = 60
FEW = 12
"""Ways that an operation on many records may take: some for each kind of record, none for each record."""


@pytest.fixture
async def pair(redis: Server) -> AsyncIterator[Pair]:
    """Two caches' stores on one Redis, where a member may ask three times a minute."""
    redis.say("FLUSHALL")
    limits = Limits(user_messages=3)
    async with store_on(target_of(redis), limits) as first, store_on(target_of(redis), limits) as second:
        yield first, second


def _asked(redis: Server, command: str = "evalsha") -> int:
    """Return how often this command was run: `evalsha` by the stores, the others by their script."""
    found = re.search(rf"cmdstat_{command}:calls=(\d+)", redis.say("INFO", "commandstats"))
    return int(found[1]) if found else 0


async def _store(store: RedisStore, turn_id: str = "1", text: str = "A log grows.") -> None:
    hold = await Gateway(store).open(turn_id, author_id="1")
    await hold.answer(text)


async def _turn(store: RedisStore, turn_id: str, author_id: str, text: str = "It was me.") -> Hold:
    hold = await Gateway(store).open(turn_id, prompt=turn_id, reference=CHAT, author_id=author_id)
    await hold.answer(text)
    return hold


async def test_a_stored_answer_takes_two_ways_one_to_claim_and_one_to_end(redis: Server, pair: Pair) -> None:
    await _store(pair[0])
    await (await Gateway(pair[0]).open("2", author_id="2")).end()
    before = _asked(redis), _asked(redis, "publish")
    hit = await Gateway(pair[0]).open("3", author_id="3")
    await hit.end()
    assert (_asked(redis), _asked(redis, "publish")) == (before[0] + 2, before[1])
    assert (await hit.heard(Committed))[0].revision == 1


async def test_a_cache_that_never_saw_a_stored_answer_asks_once_more(redis: Server, pair: Pair) -> None:
    await _store(pair[0])
    before = _asked(redis)
    hit = await Gateway(pair[1]).open("2", author_id="2")
    log = hit.shown[0].log
    assert log is not None
    assert log.piece == "A log grows."
    assert _asked(redis) == before + 2
    await hit.end()
    assert _asked(redis) == before + 3


async def test_a_wrong_guess_brings_back_what_it_lacked(redis: Server, pair: Pair) -> None:
    await _store(pair[0])
    for number, store in enumerate(pair, 2):
        await (await Gateway(store).open(str(number), author_id="9")).end()
    before = _asked(redis)
    hit = await Gateway(pair[0]).open("5", author_id="9")
    assert _asked(redis) == before + 2
    assert await hit.source() is Source.STORED


async def test_no_guess_lets_a_member_ask_more_than_is_allowed(pair: Pair) -> None:
    await _store(pair[0])
    holds = [await Gateway(pair[number % 2]).open(str(number), author_id="9") for number in range(2, 8)]
    refused = [await hold.heard(Refused) for hold in holds]
    assert [[word.reason for word in words] for words in refused] == [[]] * 3 + [[RefusalReason.QUOTA]] * 3


async def test_what_another_cache_purged_is_not_served_from_near(pair: Pair) -> None:
    await _store(pair[0])
    await (await Gateway(pair[0]).open("2", author_id="2")).end()
    await pair[1].apply("purge", purging.everything)
    again = await Gateway(pair[0]).open("3", author_id="3")
    assert await again.source() is Source.LEAD


async def test_a_stored_answer_of_many_blocks_comes_whole_from_near_and_from_far(pair: Pair) -> None:
    text = "aé日🙂" * 5000
    await _store(pair[0], text=text)
    for number, store in enumerate((*pair, *pair), 2):
        hit = await Gateway(store).open(str(number), author_id=str(number))
        assert await hit.text() == text
        await hit.end()


async def test_a_conversation_is_read_once_by_the_cache_that_leads_it(redis: Server, pair: Pair) -> None:
    for number in range(5):
        await _turn(pair[0], str(100 + number), str(number))
    before = _asked(redis, "lrange")
    opened = await (await Gateway(pair[0]).open("200", reference=CHAT, author_id="9")).opened()
    assert _asked(redis, "lrange") == before
    assert [message.turn_id for message in opened.window] == [str(100 + n // 2) for n in range(10)]


async def test_what_two_caches_add_to_a_conversation_both_see_in_order(pair: Pair) -> None:
    for number in range(8):
        hold = await _turn(pair[number % 2], str(100 + number), str(number))
        window = (await hold.opened()).window
        assert [message.turn_id for message in window] == [str(100 + n // 2) for n in range(2 * number)]


@pytest.mark.parametrize("how", ["remove", "forget", "rewind"])
async def test_what_another_cache_took_out_of_a_conversation_is_seen_no_more(pair: Pair, how: str) -> None:
    for number in range(3):
        await _turn(pair[0], str(100 + number), str(number))
    left = ["100", "100", "102", "102"]
    if how == "remove":
        await pair[1].apply("remove", lambda tables: recall.remove_turn(tables, "101", "1"))
    elif how == "forget":
        await pair[1].apply("forget", lambda tables: recall.forget(tables, CHAT))
        left = []
    else:
        again = await Gateway(pair[1]).open("103", reference=CHAT, author_id="7", rewind_to="101")
        await again.answer("Anew.")
        left = ["100", "100", "103", "103"]
    opened = await (await Gateway(pair[0]).open("200", reference=CHAT, author_id="9")).opened()
    assert [message.turn_id for message in opened.window] == left


async def test_a_conversation_that_was_forgotten_for_its_age_begins_without_its_past(pair: Pair) -> None:
    await _turn(pair[0], "100", "1")
    for store in pair:
        store.steps.ahead += 31 * 24 * 3600.0
    await pair[1].figures()  # a sweep goes by the time that Redis told last
    await pair[1].sweep(lapses=True)
    assert (await pair[1].figures()).conversations == 0
    await _turn(pair[1], "101", "2", "Anew.")
    opened = await (await Gateway(pair[0]).open("200", reference=CHAT, author_id="9")).opened()
    assert [message.text for message in opened.window] == ["101", "Anew."]


async def test_a_stored_answer_in_a_conversation_with_a_past_is_not_given(pair: Pair) -> None:
    await _store(pair[0])
    first = await _turn(pair[0], "100", "1")
    await first.post(0, "5000")
    for reference in (CHAT, ReplyTo("5000")):
        hold = await Gateway(pair[0]).open(f"2{len(str(reference))}", reference=reference, author_id="9")
        assert await hold.source() is Source.LEAD
        await hold.end()


async def test_many_replies_are_purged_in_a_few_ways(redis: Server, pair: Pair) -> None:
    for number in range(MANY):
        await (await Gateway(pair[0]).open(str(number + 1), prompt=str(number), author_id=str(number))).answer("Yes.")
    before = _asked(redis)
    assert (await pair[1].apply("purge", purging.everything)).replies == MANY
    assert _asked(redis) <= before + FEW


async def test_many_readers_are_asked_in_a_few_ways_whether_one_still_wants_the_answer(
    redis: Server, pair: Pair
) -> None:
    leader = await Gateway(pair[0]).open("1", author_id="1")
    readers = [await Gateway(pair[0]).open(str(2000 + number), author_id=str(number)) for number in range(MANY)]
    for reader in readers:
        await reader.stop()
    before = _asked(redis)
    await pair[1].stop(leader.right.turn_id, "77")
    assert _asked(redis) <= before + FEW


async def test_what_redis_lost_of_a_conversation_is_lost_for_all(tmp_path: Path) -> None:
    with redis_server(tmp_path) as own:
        async with store_on(target_of(own), Limits()) as first, store_on(target_of(own), Limits()) as second:
            await _turn(first, "100", "1")
            assert own.say("SAVE").startswith("+OK")
            await _turn(first, "101", "2", "Lost.")
            own.kill()
            own.start()
            await eventually(second.figures)
            await eventually(first.figures)
            await _turn(second, "102", "3", "Kept.")
            opened = await (await Gateway(first).open("200", reference=CHAT, author_id="9")).opened()
            assert [message.text for message in opened.window] == ["100", "It was me.", "102", "Kept."]
