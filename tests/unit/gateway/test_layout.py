from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.markdown import assert_fences_are_closed, texts
from support.presses import STOP
from support.replies import FAILED, REJECTED, STOPPED, WHOLE, Channel, Message, settle

from parley_gateway.edits import Adopted, Create, Ending, EndKind, FailureKind, Remove, Replace, Standing
from parley_gateway.layout import Layout, Lengthy
from parley_gateway.pages import HARD_LIMIT, width
from parley_gateway.relay import Cadence, Relay

SMALL = Cadence(seal=400)
SENTENCE = "A sentence of a long answer. "
TWO, LONG = SENTENCE * 20, SENTENCE * 100
LENGTHY = Lengthy(4, "the rest comes", "the whole is here")


def relay_of(layout: Layout, adopted: Adopted | None = None, cadence: Cadence = SMALL) -> Relay:
    return Relay(rejected=REJECTED, layout=layout, adopted=adopted, cadence=cadence)


def streaming(text: str, layout: Layout) -> tuple[Relay, Channel]:
    """A reply that grew piece by piece, each of which was shown."""
    relay, channel = relay_of(layout), Channel()
    for start in range(0, len(text), 300):
        relay.feed(text[start : start + 300], 0.0)
        settle(relay, channel)
    return relay, channel


def finished(text: str, layout: Layout, ending: Ending = WHOLE) -> Channel:
    relay, channel = streaming(text, layout)
    relay.finish(ending)
    settle(relay, channel)
    assert relay.standing is not None
    assert relay.shown_offset == len(text)
    return channel


# --- a file


def test_a_very_long_answer_stops_growing_after_four_pages_and_says_so() -> None:
    relay, channel = streaming(LONG, Layout(STOP, LENGTHY))
    assert len(channel.messages) == 5
    assert channel.contents[4] == "the rest comes"
    assert channel.buttons == [False] * 4 + [True]
    assert channel.files == [""] * 5
    edits = len(channel.edits)
    relay.feed(SENTENCE * 50, 9.0)
    settle(relay, channel)
    assert len(channel.edits) == edits


def test_at_its_end_the_message_after_the_pages_carries_all_of_the_text() -> None:
    _, growing = streaming(LONG, Layout(STOP, LENGTHY))
    channel = finished(LONG, Layout(STOP, LENGTHY))
    assert channel.contents == [*growing.contents[:4], "the whole is here"]
    assert channel.files == [""] * 4 + [LONG]
    assert not any(channel.buttons)


def test_the_file_has_what_claude_said_and_not_what_was_redrawn() -> None:
    text = "| a | b |\n|---|---|\n| 1 | 2 |\n\n" + LONG
    channel = finished(text, Layout(STOP, LENGTHY))
    assert (channel.contents[0] or "").startswith("```\na | b")
    assert channel.files[4] == text


def test_four_pages_are_no_file() -> None:
    channel = finished(SENTENCE * 50, Layout(STOP, LENGTHY))
    assert len(channel.messages) == 4
    assert channel.files == [""] * 4


def test_an_answer_that_is_there_at_once_needs_no_word_that_it_comes() -> None:
    relay, channel = relay_of(Layout(STOP, LENGTHY)), Channel()
    relay.feed(LONG, 0.0)
    relay.finish(WHOLE)
    settle(relay, channel)
    assert [type(edit) for edit in channel.edits] == [Create] * 5
    assert channel.files[4] == LONG


@pytest.mark.parametrize("ending", [STOPPED, FAILED])
def test_how_it_ended_stands_by_the_file(ending: Ending) -> None:
    channel = finished(LONG, Layout(STOP, LENGTHY), ending)
    assert channel.contents[4] == f"the whole is here\n{ending.note}"
    assert channel.files[4] == LONG


@pytest.mark.parametrize("stand", range(1, 7))
def test_a_sibling_that_goes_on_with_it_comes_to_the_same_end(stand: int) -> None:
    whole = finished(LONG, Layout(STOP, LENGTHY))
    channel = Channel({str(number): Message("unknown", STOP, "old") for number in range(stand)})
    channel.messages["0"].file = ""
    relay = relay_of(Layout(STOP, LENGTHY), Adopted(tuple(channel.messages), 900))
    relay.feed(LONG[:1_000], 0.0)
    settle(relay, channel)
    relay.feed(LONG[1_000:], 0.0)
    relay.finish(WHOLE)
    settle(relay, channel)
    assert channel.contents == whole.contents
    assert channel.files == whole.files


@pytest.mark.parametrize("kind", [FailureKind.FORBIDDEN, FailureKind.REJECTED])
def test_where_no_file_is_taken_the_rest_comes_as_messages(kind: FailureKind) -> None:
    relay, channel = streaming(LONG, Layout(STOP, LENGTHY))
    relay.finish(WHOLE)
    due = relay.next_edit()
    while due is not None:
        if isinstance(due.edit, Create | Replace) and due.edit.file:
            relay.failed(due.edit, kind, 0.0)
        else:
            relay.applied(due.edit, channel.take(due.edit, relay.message_ids))
        due = relay.next_edit()
    assert relay.standing is Standing.WHOLE
    assert channel.contents == finished(LONG, Layout(STOP)).contents


def test_an_answer_that_became_short_takes_the_file_away() -> None:
    channel = Channel({str(number): Message("old", (), "old" if number == 1 else "") for number in range(3)})
    relay = relay_of(Layout(STOP, LENGTHY), Adopted(tuple(channel.messages), 0))
    relay.feed(TWO, 0.0)
    relay.finish(WHOLE)
    settle(relay, channel)
    assert channel.files == ["", ""]
    assert any(isinstance(edit, Remove) for edit in channel.edits)


# --- numbers


def test_one_page_has_no_number() -> None:
    assert finished("Yes, it is.", Layout(STOP, numbered=True)).contents == ["Yes, it is."]


def test_pages_tell_their_number_while_they_grow_and_how_many_there_are_at_the_end() -> None:
    relay, channel = streaming(TWO, Layout(STOP, numbered=True))
    assert [(content or "").rpartition("\n")[2] for content in channel.contents] == ["-# [1]", "-# [2]"]
    relay.finish(STOPPED)
    settle(relay, channel)
    assert [(content or "").rpartition("\n")[2] for content in channel.contents] == ["-# [1/2]", "-# [2/2]"]
    assert "-# stopped\n-# [2/2]" in (channel.contents[1] or "")


def test_the_file_is_numbered_too() -> None:
    assert finished(LONG, Layout(STOP, LENGTHY, numbered=True)).contents[4] == "the whole is here\n-# [5/5]"


def test_numbers_are_off_by_default() -> None:
    assert not any("[" in (content or "") for content in finished(TWO, Layout(STOP)).contents)


@given(texts, st.booleans(), st.sampled_from([WHOLE, Ending(EndKind.STOPPED, "-# " + "y" * 60, "alone")]))
@settings(max_examples=100, deadline=None)
def test_a_message_is_never_too_long_and_its_number_stands_outside_code(
    text: str, lengthy: bool, ending: Ending
) -> None:
    layout = Layout(STOP, LENGTHY if lengthy else None, numbered=True)
    relay, channel = relay_of(layout, cadence=Cadence()), Channel()
    relay.feed(text * 4, 0.0)
    settle(relay, channel)
    for _ in range(2):
        for content in channel.contents:
            assert width(content or "") <= HARD_LIMIT
            assert_fences_are_closed(content or "")
        assert len(channel.messages) < 2 or all("\n-# [" in (content or "") for content in channel.contents)
        relay.finish(ending)
        settle(relay, channel)
