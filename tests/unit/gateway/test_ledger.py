from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parley_gateway.claims import (
    Broke,
    Cut,
    End,
    Opened,
    Posted,
    PostedKind,
    Release,
    Source,
    Step,
    Text,
    TextEnd,
    TurnState,
    Whole,
)
from parley_gateway.model import Outcome
from parley_gateway.turns.ledger import MAX_TEXT, Ledger
from parley_kit.faults import Unavailable

PAGE = Posted(PostedKind.PAGE, 0, "500")
END = End(Outcome.ANSWERED, 5)


def leading(attempt: int = 1, offset: int = 0) -> Ledger:
    ledger = Ledger()
    ledger.claim()
    ledger.opened(Opened("c", Source.LEAD, attempt, offset))
    return ledger


def said(ledger: Ledger) -> list[Step]:
    steps = []
    while (step := ledger.take()) is not None:
        steps.append(step)
    return steps


def test_the_first_piece_goes_at_once_and_later_ones_in_batches() -> None:
    ledger = leading()
    ledger.append("He", 10.0)
    assert ledger.due(10.0) == 0.0
    assert said(ledger) == [Text(1, 0, "He")]
    ledger.append("ll", 10.1)
    ledger.append("o", 10.2)
    assert ledger.due(10.2) is not None
    assert abs((ledger.due(10.2) or 0) - 0.15) < 1e-9
    assert ledger.due(10.4) == 0.0
    assert said(ledger) == [Text(1, 2, "llo")]


def test_the_end_waits_for_no_batch_and_comes_after_all_text() -> None:
    ledger = leading()
    ledger.append("a", 0)
    said(ledger)
    ledger.append("b", 0)
    ledger.close(TextEnd(1, Whole("end_turn")))
    assert ledger.due(0) == 0.0
    assert said(ledger) == [Text(1, 1, "b"), TextEnd(1, Whole("end_turn"))]


def test_nothing_is_said_before_the_turn_is_ours() -> None:
    ledger = Ledger()
    ledger.lead_alone()
    ledger.append("text", 0)
    ledger.post(PAGE)
    assert ledger.due(0) is None
    ledger.claim()
    assert said(ledger) == [PAGE], "text waits for the word where to go on"


def test_after_a_break_the_text_goes_on_where_the_cache_is() -> None:
    ledger = leading()
    ledger.append("Hello", 0)
    said(ledger)
    ledger.broken()
    ledger.append(" there", 0)
    ledger.claim()
    assert not ledger.opened(Opened("c", Source.LEAD, 1, 3))
    assert said(ledger) == [Text(1, 3, "lo there")]


def test_a_cache_that_forgot_is_told_everything_again() -> None:
    ledger = leading()
    ledger.append("Hello", 0)
    ledger.post(PAGE)
    ledger.close(TextEnd(1, Whole("end_turn")))
    ledger.finish(END)
    said(ledger)
    ledger.broken()
    have = ledger.have()
    assert have is not None
    assert (have.source, have.attempt, have.offset, have.posted) == (Source.LEAD, 1, 5, (PAGE,))
    ledger.claim()
    ledger.opened(Opened("c", Source.LEAD, 1, 0, posted=(PAGE,)))
    assert said(ledger) == [Text(1, 0, "Hello"), TextEnd(1, Whole("end_turn")), END]


def test_a_turn_comes_back_with_the_revision_that_it_was_opened_with() -> None:
    ledger = Ledger()
    ledger.lead_alone()
    alone = ledger.have()
    assert alone is not None
    assert alone.revision == 0, "nobody said whether there was a history"
    ledger.opened(Opened("c", Source.LEAD, 1, revision=4))
    ledger.broken()
    have = ledger.have()
    assert have is not None
    assert have.revision == 4


def test_a_message_is_told_once_and_its_removal_too() -> None:
    ledger = leading()
    ledger.post(PAGE)
    ledger.post(PAGE)
    assert said(ledger) == [PAGE]
    ledger.post(Posted(PostedKind.PAGE, 0, ""))
    ledger.post(Posted(PostedKind.NOTICE, 0, ""))
    assert said(ledger) == [Posted(PostedKind.PAGE, 0, "")]
    assert ledger.posted == ()


def test_a_follower_reads_what_overlaps_only_once() -> None:
    ledger = Ledger()
    assert ledger.opened(Opened("c", Source.FOLLOW, 2))
    assert ledger.read(Text(2, 0, "Hello")) == "Hello"
    assert ledger.read(Text(2, 3, "lo there")) == " there"
    assert ledger.read(Text(2, 0, "Hel")) == ""
    assert ledger.read(Text(1, 0, "old")) == ""
    assert not ledger.opened(Opened("c", Source.FOLLOW, 2)), "the same attempt goes on"
    assert ledger.opened(Opened("c", Source.FOLLOW, 3)), "another one begins anew"


def test_a_gap_in_a_followed_log_is_no_text() -> None:
    ledger = Ledger()
    ledger.opened(Opened("c", Source.FOLLOW, 2))
    ledger.read(Text(2, 0, "Hello"))
    with pytest.raises(Unavailable, match="goes on at 6, and we have 5"):
        ledger.read(Text(2, 6, "there"))
    assert ledger.read(Text(1, 9, "of another attempt")) == ""
    assert ledger.text == "Hello"


def test_a_follower_that_is_promoted_begins_anew() -> None:
    ledger = Ledger()
    ledger.opened(Opened("c", Source.FOLLOW, 1))
    ledger.read(Text(1, 0, "Hello"))
    assert ledger.opened(Opened("c", Source.LEAD, 2))
    assert (ledger.attempt, ledger.text) == (2, "")


def test_a_leader_whose_log_went_to_another_follows_from_nothing() -> None:
    ledger = leading()
    ledger.append("mine", 0)
    assert ledger.opened(Opened("c", Source.FOLLOW, 1)), "even if the attempts have the same number"
    assert ledger.text == ""


def test_what_claude_still_says_when_the_text_is_anothers_is_not_spliced_into_that() -> None:
    ledger = leading()
    ledger.append("mine", 0)
    ledger.opened(Opened("c", Source.FOLLOW, 2))
    ledger.append(" too", 0)
    ledger.begin_again(3)
    ledger.close(TextEnd(1, Whole("end_turn")))
    assert ledger.read(Text(2, 0, "another's")) == "another's"
    assert (ledger.attempt, ledger.text, ledger.text_end) == (2, "another's", None)


def test_an_attempt_that_the_cache_did_not_hear_of_is_said_from_its_beginning() -> None:
    ledger = leading()
    ledger.append("first", 0)
    said(ledger)
    ledger.begin_again(2)
    ledger.append("second try", 0)
    ledger.broken()
    ledger.claim()
    assert not ledger.opened(Opened("c", Source.LEAD, 1, 5))
    ledger.close(TextEnd(2, Whole("end_turn")))
    assert said(ledger) == [Text(2, 0, "second try"), TextEnd(2, Whole("end_turn"))]


def test_who_answered_alone_keeps_its_text_whatever_number_the_cache_gives() -> None:
    ledger = Ledger()
    ledger.lead_alone()
    ledger.append("Hello", 0)
    ledger.close(TextEnd(1, Cut()))
    ledger.claim()
    assert not ledger.opened(Opened("c", Source.LEAD, 3))
    assert said(ledger) == [Text(3, 0, "Hello"), TextEnd(3, Cut())]


def test_a_turn_is_told_when_it_is_committed_and_its_text_is_closed() -> None:
    ledger = leading()
    ledger.append("a", 0)
    ledger.finish(END)
    said(ledger)
    ledger.committed = True
    assert not ledger.told, "others may still read along"
    ledger.close(TextEnd(1, Broke("STREAM_BROKEN")))
    said(ledger)
    assert ledger.told


def test_only_the_first_outcome_counts() -> None:
    ledger = leading()
    ledger.finish(END)
    ledger.finish(End(Outcome.FAILED, 0))
    assert ledger.end == END


def test_a_release_comes_after_all_that_is_known() -> None:
    ledger = leading()
    ledger.append("a", 0)
    said(ledger)
    ledger.append("b", 0)
    ledger.release()
    assert ledger.due(0) == 0.0
    assert said(ledger) == [Text(1, 1, "b"), Release()]
    assert ledger.told


def test_a_long_backlog_is_said_in_pieces_that_the_contract_allows() -> None:
    ledger = leading()
    ledger.append("x" * (MAX_TEXT * 2 + 1), 0)
    assert [len(step.text) for step in said(ledger) if isinstance(step, Text)] == [MAX_TEXT, MAX_TEXT, 1]


def test_what_is_opened_before_anything_is_known_has_nothing() -> None:
    assert Ledger().have() is None
    assert Ledger().state is TurnState.UNKNOWN


Happening = st.one_of(
    st.tuples(st.just("append"), st.text(min_size=1, max_size=5)),
    st.tuples(st.just("take"), st.integers(1, 3)),
    st.tuples(st.just("break"), st.integers(0, 30)),
)


@settings(max_examples=300)
@given(happenings=st.lists(Happening, max_size=40))
def test_however_often_the_stream_breaks_the_cache_gets_the_text_whole(happenings: list[tuple[str, object]]) -> None:
    ledger, kept, whole = leading(), "", ""
    for kind, value in happenings:
        if kind == "append":
            whole += str(value)
            ledger.append(str(value), 0)
        elif kind == "take":
            for _ in range(int(str(value))):
                kept = _store(kept, ledger.take())
        else:
            kept = kept[: int(str(value))]  # what was said last may be lost, or the whole store
            ledger.broken()
            ledger.claim()
            ledger.opened(Opened("c", Source.LEAD, 1, len(kept)))
    ledger.close(TextEnd(1, Whole("end_turn")))
    while (step := ledger.take()) is not None:
        kept = _store(kept, step)
    assert kept == whole


def _store(kept: str, step: Step | None) -> str:
    if not isinstance(step, Text):
        return kept
    assert step.offset <= len(kept), "never past the log's end"
    return kept + step.text[len(kept) - step.offset :]
