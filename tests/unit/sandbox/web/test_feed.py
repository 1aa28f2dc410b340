import asyncio

import pytest

from parley_sandbox.web.server.feed import Feed, MissedTooMuchError
from parley_sandbox.web.server.sse import encoded


def test_a_reader_goes_on_after_the_last_event_that_it_saw() -> None:
    feed = Feed()
    feed.add("message_create", {"n": 1})
    place = feed.place
    feed.add("message_create", {"n": 2})
    feed.add("turn", {"n": 3})
    assert [entry.body for entry in feed.after(feed.number_of(place))] == [b'{"n":2}', b'{"n":3}']


def test_a_reader_who_was_away_for_too_long_is_told() -> None:
    feed = Feed(kept=2)
    place = feed.place
    for number in range(2):
        feed.add("turn", number)
    assert feed.number_of(place) == 0
    feed.add("turn", 2)
    with pytest.raises(MissedTooMuchError):
        feed.number_of(place)


@pytest.mark.parametrize("place", ["", "elsewhere-1", "nonsense", "-1"])
def test_a_place_of_another_run_is_not_taken_for_one_of_this(place: str) -> None:
    feed = Feed()
    feed.add("turn", {})
    with pytest.raises(MissedTooMuchError):
        feed.number_of(place)


def test_a_place_in_the_future_is_refused() -> None:
    feed = Feed()
    with pytest.raises(MissedTooMuchError):
        feed.number_of(feed.id_of(7))


async def test_a_waiting_reader_wakes_for_the_next_event() -> None:
    feed = Feed()
    async with asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(feed.more_than(0, within=10))
        await asyncio.sleep(0)
        feed.add("turn", {})
    assert waiting.result() is True


async def test_a_reader_that_waits_in_vain_hears_so_and_a_closed_feed_sends_home() -> None:
    feed = Feed()
    assert await feed.more_than(0, within=0.01) is False
    feed.close()
    assert await feed.more_than(0, within=10) is True
    assert feed.closed


def test_an_event_on_the_wire_has_its_id_and_stays_one_line_of_data() -> None:
    feed = Feed()
    feed.add("message_create", {"text": "two\nlines"})
    (entry,) = feed.after(0)
    assert encoded(entry, "run-1") == b'id: run-1\nevent: message_create\ndata: {"text":"two\\nlines"}\n\n'
