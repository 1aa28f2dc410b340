from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.presses import REGENERATE, STOP
from support.replies import FAILED, REJECTED, STOPPED, WHOLE, Channel, Message, settle

from parley_gateway.edits import Adopted, Create, Edit, Ending, EndKind, FailureKind, Remove, Replace, Standing
from parley_gateway.layout import Layout
from parley_gateway.pacer import Urgency
from parley_gateway.pages import HARD_LIMIT, Pages, width
from parley_gateway.relay import Cadence, Relay

SMALL = Cadence(seal=400)
LONG = "A sentence of a long answer. " * 40


def relay_of(adopted: Adopted | None = None, cadence: Cadence = SMALL) -> Relay:
    return Relay(rejected=REJECTED, layout=Layout(STOP), adopted=adopted, cadence=cadence)


def streaming(text: str) -> tuple[Relay, Channel]:
    relay, channel = relay_of(), Channel()
    relay.feed(text, 0.0)
    settle(relay, channel)
    return relay, channel


def adopted(*contents: str, length: int) -> tuple[Relay, Channel]:
    channel = Channel({str(number): Message(text, buttons=STOP) for number, text in enumerate(contents)})
    return relay_of(Adopted(tuple(channel.messages), length)), channel


def pages_of(text: str) -> list[str]:
    pages = Pages(400)
    pages.feed(text)
    return [page.content for page in pages.shown(ended=True)]


def due_edit(relay: Relay) -> Edit:
    due = relay.next_edit()
    assert due is not None
    return due.edit


# --- growing


def test_the_first_message_comes_at_once_with_twenty_characters() -> None:
    relay = relay_of()
    assert relay.feed("x" * 20, 5.0)
    due = relay.next_edit()
    assert due is not None
    assert due.edit == Create(0, "x" * 20, buttons=STOP, covers=20, attempt=1)
    assert due.at <= 5.0


def test_less_text_waits_seven_tenths_of_a_second_after_the_first_token() -> None:
    relay = relay_of()
    relay.feed("Yes", 5.0)
    relay.feed(", so", 5.5)
    due = relay.next_edit()
    assert due is not None
    assert due.at == pytest.approx(5.7)


def test_the_twentieth_character_is_told_to_whoever_waits() -> None:
    relay = relay_of()
    relay.feed("x" * 10, 5.0)
    assert not relay.feed("x" * 9, 5.1)
    assert relay.feed("x", 5.2)


def test_white_space_alone_makes_no_message() -> None:
    relay = relay_of()
    relay.feed(" \n" * 30, 0.0)
    assert relay.next_edit() is None


def test_the_newest_text_wins() -> None:
    relay, channel = streaming("Some words to begin with.")
    relay.feed(" More.", 1.0)
    relay.feed(" And more.", 1.1)
    settle(relay, channel)
    assert channel.contents == ["Some words to begin with. More. And more."]
    assert len(channel.edits) == 2


def test_nothing_new_makes_no_edit() -> None:
    relay, _ = streaming("Some words to begin with.")
    assert relay.next_edit() is None
    relay.feed("  \n", 1.0)
    assert relay.next_edit() is None


def test_only_the_newest_page_has_a_stop_button_and_the_end_takes_it_away() -> None:
    relay, channel = streaming(LONG)
    assert channel.buttons == [False, False, False, True]
    relay.finish(WHOLE)
    settle(relay, channel)
    assert channel.buttons == [False, False, False, False]


def test_a_page_that_sealed_is_finished_before_the_next_begins() -> None:
    relay, _ = streaming("A sentence of a long answer. " * 5)
    relay.feed("A sentence of a long answer. " * 15, 1.0)
    due = relay.next_edit()
    assert due is not None
    assert isinstance(due.edit, Replace)
    assert due.urgency is Urgency.SEALING
    assert not due.edit.buttons
    relay.applied(due.edit, "1")
    assert isinstance(due_edit(relay), Create)


def test_a_growing_page_is_less_urgent_than_the_end() -> None:
    relay, _ = streaming("Some words to begin with.")
    relay.feed(" More.", 1.0)
    growing = relay.next_edit()
    relay.finish(WHOLE)
    final = relay.next_edit()
    assert growing is not None
    assert final is not None
    assert (growing.urgency, final.urgency) == (Urgency.GROWING, Urgency.FINAL)


# --- endings


def test_a_whole_answer_stands_as_it_was_said() -> None:
    relay, channel = streaming(LONG)
    relay.finish(WHOLE)
    settle(relay, channel)
    assert channel.contents == pages_of(LONG)
    assert relay.standing is Standing.WHOLE
    assert relay.shown_offset == len(LONG)


def test_white_space_at_the_end_of_a_full_page_counts_as_seen() -> None:
    relay, channel = streaming("a" * 400 + "\n\n")
    relay.finish(WHOLE)
    settle(relay, channel)
    assert channel.contents == ["a" * 400]
    assert relay.shown_offset == 402


def test_an_answer_that_was_whole_from_the_start_is_posted_without_a_button() -> None:
    relay, channel = relay_of(), Channel()
    relay.feed("Yes.", 0.0)
    relay.finish(WHOLE)
    settle(relay, channel)
    assert len(channel.edits) == 1
    assert channel.buttons == [False]


@pytest.mark.parametrize(
    ("ending", "standing"),
    [(STOPPED, Standing.STOPPED), (FAILED, Standing.FAILED)],
)
def test_text_that_is_there_is_kept_and_the_end_is_said(ending: Ending, standing: Standing) -> None:
    relay, channel = streaming("Some words to begin with.\n")
    relay.finish(ending)
    settle(relay, channel)
    assert channel.contents == [f"Some words to begin with.\n{ending.note}"]
    assert relay.standing is standing


@pytest.mark.parametrize("ending", [WHOLE, STOPPED, FAILED])
def test_a_reply_without_text_ends_visibly(ending: Ending) -> None:
    relay, channel = relay_of(), Channel()
    relay.finish(ending)
    settle(relay, channel)
    assert channel.contents == [ending.alone]
    assert relay.standing is not None


def test_a_note_that_does_not_fit_under_the_text_stands_alone() -> None:
    relay, channel = relay_of(cadence=Cadence()), Channel()
    relay.feed("x" * 1_899, 0.0)
    relay.finish(Ending(EndKind.STOPPED, "-# " + "y" * 200, "alone"))
    settle(relay, channel)
    assert channel.contents == ["x" * 1_899, "-# " + "y" * 200]
    assert all(width(content or "") <= HARD_LIMIT for content in channel.contents)


def test_a_note_stands_outside_an_open_code_block() -> None:
    relay, channel = relay_of(), Channel()
    relay.feed("```py\nx = 1", 0.0)
    relay.finish(STOPPED)
    settle(relay, channel)
    assert channel.contents == ["```py\nx = 1\n```\n-# stopped"]


def test_text_and_endings_after_the_end_change_nothing() -> None:
    relay, channel = streaming("Some words to begin with.")
    relay.finish(STOPPED)
    relay.finish(FAILED)
    relay.restart(2)
    assert not relay.feed(" More.", 9.0)
    settle(relay, channel)
    assert channel.contents == ["Some words to begin with.\n-# stopped"]


def test_an_ending_without_words_is_refused() -> None:
    with pytest.raises(ValueError, match="words of its own"):
        Ending(EndKind.COMPLETE, "", " ")
    with pytest.raises(ValueError, match="fit into one message"):
        Ending(EndKind.COMPLETE, "x" * 2_001, "x")


# --- attempts


def test_a_new_attempt_leaves_what_is_shown_until_it_has_caught_up() -> None:
    relay, channel = streaming("The first attempt said this.")
    relay.restart(2)
    relay.feed("The second", 1.0)
    assert relay.next_edit() is None
    assert relay.feed(" says something else.", 1.1)
    settle(relay, channel)
    assert channel.contents == ["The second says something else."]
    assert relay.attempt == 2


def test_a_new_attempt_that_ended_short_replaces_the_old_one_and_its_surplus_pages() -> None:
    relay, channel = streaming(LONG)
    relay.restart(2)
    relay.feed("A short answer.", 1.0)
    relay.finish(WHOLE)
    settle(relay, channel)
    assert channel.contents == ["A short answer."]
    assert relay.shown_offset == len("A short answer.")


@pytest.mark.parametrize("ending", [STOPPED, FAILED])
@pytest.mark.parametrize("said", ["", "The second attempt has said so little that nothing shows."])
def test_a_new_attempt_that_breaks_off_before_it_has_caught_up_keeps_the_text_of_the_old_one(
    ending: Ending, said: str
) -> None:
    relay, channel = streaming(LONG)
    relay.restart(2)
    relay.restart(3)
    relay.feed(said, 1.0)
    relay.finish(ending)
    settle(relay, channel)
    assert channel.contents == standing_of(LONG, ending)
    assert relay.attempt == 1
    assert relay.shown_offset == len(LONG)


def test_an_edit_under_way_counts_for_the_attempt_that_it_shows() -> None:
    relay, channel = streaming("Some words to begin with.")
    relay.feed(" And many more words to be shown.", 1.0)
    edit = due_edit(relay)
    relay.restart(2)
    relay.applied(edit, channel.take(edit, relay.message_ids))
    relay.feed("x" * 40, 2.0)
    assert relay.next_edit() is None
    assert relay.shown_offset == 0


def test_surplus_messages_are_not_removed_before_the_end() -> None:
    relay, channel = streaming("word\n\n" * 200)
    relay.restart(2)
    relay.feed("A" * 1_200, 1.0)
    settle(relay, channel)
    assert sum(channel.buttons) == 1
    assert channel.buttons[-1]
    assert not any(isinstance(edit, Remove) for edit in channel.edits)


# --- adoption


def test_an_adopter_rewrites_the_messages_that_it_found() -> None:
    relay, channel = adopted("The text of", "the dead holder", length=500)
    relay.feed("A sentence of a new answer. " * 10, 0.0)
    assert relay.next_edit() is None
    relay.feed("A sentence of a new answer. " * 10, 1.0)
    relay.finish(WHOLE)
    settle(relay, channel)
    assert channel.contents == pages_of("A sentence of a new answer. " * 20)
    assert list(channel.messages) == ["0", "1"]


def test_an_adopter_that_gets_no_text_keeps_what_was_there_and_says_so() -> None:
    relay, channel = adopted("The text of", "the dead holder", length=500)
    relay.finish(FAILED)
    settle(relay, channel)
    assert channel.contents == ["The text of", "the dead holder", FAILED.alone]
    assert channel.buttons == [False, False, False]


def test_an_adopter_that_is_stopped_before_it_has_caught_up_keeps_what_was_there_and_says_so() -> None:
    relay, channel = adopted("The text of", "the dead holder", length=500)
    relay.feed("A sentence of a new answer.", 0.0)
    relay.finish(STOPPED)
    settle(relay, channel)
    assert channel.contents == ["The text of", "the dead holder", STOPPED.alone]


def test_an_error_takes_the_place_of_a_notice() -> None:
    relay, channel = adopted("You are number 2.", length=0)
    relay.finish(FAILED)
    settle(relay, channel)
    assert channel.contents == [FAILED.alone]


def test_a_notice_becomes_the_first_page() -> None:
    relay, channel = adopted("You are number 2.", length=0)
    relay.feed("Some words to begin with.", 0.0)
    settle(relay, channel)
    assert channel.contents == ["Some words to begin with."]


# --- failures


def test_a_message_that_is_gone_ends_the_reply() -> None:
    relay, _ = streaming("Some words to begin with.")
    relay.feed(" More.", 1.0)
    relay.failed(due_edit(relay), FailureKind.GONE, 1.0)
    assert relay.standing is Standing.ABANDONED
    assert relay.next_edit() is None


def test_a_missing_permission_ends_the_reply() -> None:
    relay = relay_of()
    relay.feed("Some words to begin with.", 1.0)
    relay.failed(due_edit(relay), FailureKind.FORBIDDEN, 1.0)
    assert relay.standing is Standing.FORBIDDEN


def test_a_surplus_message_that_is_gone_already_is_no_loss() -> None:
    relay, channel = streaming(LONG)
    relay.restart(2)
    relay.feed("Short.", 1.0)
    relay.finish(WHOLE)
    while not isinstance(edit := due_edit(relay), Remove):
        relay.applied(edit, channel.take(edit, relay.message_ids))
    channel.take(edit, relay.message_ids)
    relay.failed(edit, FailureKind.GONE, 1.0)
    settle(relay, channel)
    assert channel.contents == ["Short."]
    assert relay.standing is Standing.WHOLE


def test_after_a_passing_failure_the_newest_text_is_tried() -> None:
    relay, channel = streaming("Some words to begin with.")
    relay.feed(" More.", 1.0)
    relay.failed(due_edit(relay), FailureKind.TRANSIENT, 1.0)
    relay.feed(" Newer.", 1.5)
    settle(relay, channel)
    assert channel.contents == ["Some words to begin with. More. Newer."]


def test_a_create_that_seemed_to_fail_is_written_once_more() -> None:
    """Discord may have made the message and answers the second try with it, old text and button included."""
    relay, channel = relay_of(), Channel()
    relay.feed("Some words to begin with.", 0.0)
    lost = due_edit(relay)
    message_id = channel.take(lost, ())
    relay.failed(lost, FailureKind.TRANSIENT, 1.0)
    relay.feed(" More.", 1.5)
    relay.finish(WHOLE)
    relay.applied(due_edit(relay), message_id)
    assert relay.standing is None
    settle(relay, channel)
    assert channel.contents == ["Some words to begin with. More."]
    assert channel.buttons == [False]


def lost_second_page() -> tuple[Relay, Channel]:
    """A second page that Discord made though its answer was lost, and that the new attempt does not need."""
    relay, channel = streaming("a" * 300)
    relay.feed("\n" + "b" * 200, 1.0)
    relay.applied(first := due_edit(relay), channel.take(first, relay.message_ids))
    lost = due_edit(relay)
    assert isinstance(lost, Create)
    channel.take(lost, relay.message_ids)
    relay.failed(lost, FailureKind.TRANSIENT, 1.0)
    relay.restart(2)
    relay.feed("Short.", 2.0)
    relay.finish(WHOLE)
    return relay, channel


def test_a_page_that_exists_unknown_to_us_is_found_and_removed() -> None:
    relay, channel = lost_second_page()
    assert len(channel.messages) == 2
    settle(relay, channel)
    assert channel.contents == ["Short."]
    assert relay.standing is Standing.WHOLE


def test_a_search_for_such_a_page_that_is_refused_spoils_nothing() -> None:
    relay, channel = lost_second_page()
    relay.applied(edit := due_edit(relay), channel.take(edit, relay.message_ids))
    relay.failed(due_edit(relay), FailureKind.REJECTED, 3.0)
    assert relay.standing is Standing.WHOLE
    assert relay.next_edit() is None


def test_an_adopter_writes_once_more_what_its_create_may_have_found() -> None:
    channel = Channel({"1001": Message("The dead holder's words", buttons=STOP)})
    relay = relay_of(Adopted(certain=False))
    relay.feed("Some words to begin with.", 0.0)
    relay.applied(due_edit(relay), "1001")
    settle(relay, channel)
    assert channel.contents == ["Some words to begin with."]


@pytest.mark.parametrize("away", [10.0, 40.0, 800.0])
def test_however_long_discord_is_away_the_newest_text_stands_when_it_is_back(away: float) -> None:
    relay, channel = streaming("Some words to begin with.")
    relay.feed(" More.", 1.0)
    for second in (1.0, away, away + 1):
        relay.failed(due_edit(relay), FailureKind.TRANSIENT, second)
        assert relay.standing is None
    relay.feed(" Still more.", away)
    relay.finish(WHOLE)
    settle(relay, channel)
    assert channel.contents == ["Some words to begin with. More. Still more."]
    assert relay.standing is Standing.WHOLE


def test_after_half_a_minute_of_failures_tries_leave_room_for_others() -> None:
    relay, _ = streaming("Some words to begin with.")
    relay.feed(" More.", 1.0)
    for second, at_the_earliest in ((1.0, 0.0), (30.0, 0.0), (31.0, 36.0), (32.0, 37.0)):
        relay.failed(due_edit(relay), FailureKind.TRANSIENT, second)
        due = relay.next_edit()
        assert due is not None
        assert max(due.at, 0.0) == at_the_earliest


def test_what_discord_did_not_take_for_a_quarter_of_an_hour_comes_too_late() -> None:
    relay, _ = streaming("Some words to begin with.")
    relay.feed(" More.", 1.0)
    for second in (1.0, 31.0, 900.0, 901.0):
        assert relay.standing is None
        relay.failed(due_edit(relay), FailureKind.TRANSIENT, second)
    assert relay.standing is Standing.UNREACHABLE


def test_what_is_abandoned_in_an_outage_stays_so() -> None:
    relay, _ = streaming("Some words to begin with.")
    relay.feed(" More.", 1.0)
    for second in (1.0, 31.0):
        relay.failed(due_edit(relay), FailureKind.TRANSIENT, second)
    on_its_way = due_edit(relay)
    relay.abandon()
    relay.failed(on_its_way, FailureKind.TRANSIENT, 32.0)
    assert relay.standing is Standing.ABANDONED


def test_a_success_forgives_earlier_failures() -> None:
    relay, channel = streaming("Some words to begin with.")
    for second in range(100):
        relay.feed(" More.", float(second))
        relay.failed(due_edit(relay), FailureKind.TRANSIENT, float(second))
        settle(relay, channel)
    assert relay.standing is None


def test_a_text_that_discord_rejects_is_not_sent_again_until_it_has_changed() -> None:
    relay, channel = streaming("Some words to begin with.")
    relay.feed(" Bad.", 1.0)
    relay.failed(due_edit(relay), FailureKind.REJECTED, 1.0)
    assert relay.next_edit() is None
    relay.feed(" Good.", 2.0)
    settle(relay, channel)
    assert channel.contents == ["Some words to begin with. Bad. Good."]


def test_an_answer_that_discord_rejects_to_the_end_is_said_to_be_so() -> None:
    relay, channel = relay_of(), Channel()
    relay.feed("Words that Discord does not like.", 0.0)
    relay.failed(due_edit(relay), FailureKind.REJECTED, 0.0)
    relay.finish(WHOLE)
    relay.failed(due_edit(relay), FailureKind.REJECTED, 1.0)
    settle(relay, channel)
    assert channel.contents == [REJECTED.alone]
    assert relay.standing is Standing.REJECTED


def test_when_even_that_is_rejected_the_reply_ends() -> None:
    relay = relay_of()
    relay.finish(FAILED)
    relay.failed(due_edit(relay), FailureKind.REJECTED, 1.0)
    relay.failed(due_edit(relay), FailureKind.REJECTED, 1.0)
    assert relay.standing is Standing.REJECTED


# --- laws

pieces = st.sampled_from(["word ", "Ein Satz. ", "日本語。", "\n", "\n\n", "```py\n", "```\n", "x" * 150, "👍🏽 "])
steps = st.lists(
    st.one_of(
        st.tuples(st.just("feed"), st.lists(pieces, min_size=1, max_size=12).map("".join)),
        st.tuples(st.just("edit"), st.just("")),
        st.tuples(st.just("fail"), st.just("")),
        st.tuples(st.just("restart"), st.just("")),
    ),
    max_size=60,
)
endings = st.sampled_from([WHOLE, STOPPED, FAILED])


@given(steps, endings, st.integers(0, 3))
@settings(max_examples=300, deadline=None)
def test_what_stands_in_the_end_is_one_attempt(todo: list[tuple[str, str]], ending: Ending, found: int) -> None:
    relay, channel = adopted(*["old"] * found, length=found * 200)
    texts = play(relay, channel, todo)
    relay.finish(ending)
    settle(relay, channel)
    kept = [content for content in channel.contents if content == "old"]
    assert relay.standing is not None
    assert not any(channel.buttons)
    if kept:
        assert channel.contents == ["old"] * found + [ending.alone]
    else:
        assert stripped(channel.contents) in [stripped(standing_of(text, ending)) for text in texts]


def stripped(contents: Sequence[str | None]) -> list[str]:
    """Leave out white space at the ends, which Discord does not show: no edit is made for it."""
    return [(content or "").rstrip() for content in contents]


def play(relay: Relay, channel: Channel, todo: list[tuple[str, str]]) -> list[str]:
    """Do the steps, checking what members see after each; return the texts of all attempts."""
    texts, in_flight = [""], None
    for number, (step, text) in enumerate(todo):
        if step == "feed":
            relay.feed(text, float(number))
            texts[-1] += text
        elif step == "restart":
            relay.restart(len(texts) + 1)
            texts.append("")
        elif in_flight is not None:
            conclude(relay, channel, in_flight, accepted=step == "edit")
            in_flight = None
        elif (due := relay.next_edit()) is not None:
            in_flight = due.edit
    if in_flight is not None:
        conclude(relay, channel, in_flight, accepted=True)
    return texts


def conclude(relay: Relay, channel: Channel, edit: Edit, *, accepted: bool) -> None:
    if not accepted:
        if isinstance(edit, Create):  # made, but the answer was lost
            channel.take(edit, relay.message_ids)
        relay.failed(edit, FailureKind.TRANSIENT, 0.0)
        return
    relay.applied(edit, channel.take(edit, relay.message_ids))
    ours = [bool(message.buttons) for message in channel.messages.values() if message.content != "old"]
    assert sum(ours) <= 1
    assert all(width(content or "") <= 500 for content in channel.contents)


def standing_of(text: str, ending: Ending) -> list[str]:
    contents = pages_of(text)
    if not contents:
        return [ending.alone]
    return [*contents[:-1], f"{contents[-1].rstrip()}\n{ending.note}" if ending.note else contents[-1]]


def rewrite(*pages: str, answered: bool = True) -> tuple[Relay, Channel]:
    """Return a relay whose messages show another reply, and the channel that they stand in."""
    channel = Channel()
    for number, page in enumerate(pages):
        channel.messages[str(number)] = Message(page, REGENERATE if number == len(pages) - 1 else ())
    former = Adopted(tuple(channel.messages), former=True, answered=answered)
    return Relay(rejected=REJECTED, layout=Layout(STOP), adopted=former), channel


def test_an_answer_once_more_can_be_stopped_before_its_first_word_and_the_former_text_stays_till_then() -> None:
    relay, channel = rewrite("old one", "old two")
    settle(relay, channel)
    assert channel.contents == ["old one", "old two"]
    assert [message.buttons for message in channel.messages.values()] == [(), STOP]


def test_the_first_word_of_an_answer_once_more_removes_what_is_too_much_of_the_former() -> None:
    relay, channel = rewrite("old one", "old two", "old three")
    relay.feed("A new beginning that is long enough", 0.0)
    settle(relay, channel)
    assert channel.contents == ["A new beginning that is long enough"]
    assert channel.buttons == [True]


@pytest.mark.parametrize("ending", [FAILED, STOPPED])
def test_an_answer_once_more_that_comes_to_nothing_leaves_the_former_one(ending: Ending) -> None:
    relay, channel = rewrite("old one", "old two")
    relay.finish(ending)
    settle(relay, channel)
    assert channel.contents == ["old one", "old two", ending.alone]
    assert not channel.messages["1"].buttons


def test_a_former_error_is_replaced_by_the_new_one() -> None:
    relay, channel = rewrite("an error", answered=False)
    relay.finish(FAILED)
    settle(relay, channel)
    assert channel.contents == [FAILED.alone]
