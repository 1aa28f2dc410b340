from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from parley_gateway.buttons import Action
from parley_gateway.claims import Broke, Cut, Refused, Source, Whole
from parley_gateway.edits import EndKind
from parley_gateway.offers import Offers
from parley_gateway.texts import Texts
from parley_gateway.turns.verdict import Verdict

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture
def verdict() -> Verdict:
    return Verdict(Texts("en-GB"), "abc123", Offers("9", "30"))


def test_a_whole_answer_needs_no_words(verdict: Verdict) -> None:
    ending = verdict.of(Whole("end_turn"), NOW)
    assert (ending.kind, ending.note) == (EndKind.COMPLETE, "")


def test_an_answer_without_memory_says_so(verdict: Verdict) -> None:
    verdict.without_memory = True
    assert "memory" in verdict.of(Whole("end_turn"), NOW).note


def test_a_stop_is_said(verdict: Verdict) -> None:
    ending = verdict.of(Cut(), NOW)
    assert (ending.kind, "Stopped" in ending.note) == (EndKind.STOPPED, True)


def test_an_error_carries_reference_and_time(verdict: Verdict) -> None:
    ending = verdict.of(Broke("RATE_LIMITED", retryable=True, retry_after=timedelta(minutes=5)), NOW)
    assert "abc123" in ending.alone
    assert f"<t:{int((NOW + timedelta(minutes=5)).timestamp())}:R>" in ending.alone


def test_a_reason_that_nobody_knows_still_has_words(verdict: Verdict) -> None:
    assert "Something went wrong" in verdict.of(Broke("SOMETHING_NEW"), NOW).alone


def test_a_refusal_of_the_cache_tells_when_again(verdict: Verdict) -> None:
    assert "already wait" in verdict.of(Refused("QUEUE_FULL"), NOW).alone
    assert "<t:" in verdict.of(Refused("QUOTA", NOW + timedelta(hours=1)), NOW).alone


@pytest.mark.parametrize(("source", "words"), [(Source.STORED, "stored answer"), (Source.FOLLOW, "shared answer")])
def test_a_text_that_was_made_for_another_question_is_marked(verdict: Verdict, source: Source, words: str) -> None:
    verdict.offers.source = source
    assert words in verdict.of(Whole("end_turn"), NOW).note


def test_a_changed_question_is_said_where_it_can_be_answered(verdict: Verdict) -> None:
    verdict.offers.reworded = True
    assert "was changed" in verdict.of(Whole("end_turn"), NOW).note
    assert "was changed" not in verdict.of(Refused("QUEUE_FULL"), NOW).alone


def test_what_discord_did_not_take_can_be_tried_again(verdict: Verdict) -> None:
    assert [button.action for button in verdict.rejected().buttons] == [Action.RETRY]
