from __future__ import annotations

import pytest

from parley_gateway.buttons import Action, Button
from parley_gateway.claims import Broke, Cut, Refused, Result, Source, Whole
from parley_gateway.offers import Offers

R, A, C, T, N = Action.REGENERATE, Action.AFRESH, Action.CONTINUE, Action.RETRY, Action.ANEW


def offered(result: Result | Refused, *, talked: bool = True, reworded: bool = False, **more: object) -> list[Action]:
    offers = Offers("9", "30", revision=4, reworded=reworded)
    for name, value in more.items():
        setattr(offers, name, value)
    return [button.action for button in offers.under(result, talked=talked)]


@pytest.mark.parametrize(
    ("result", "talked", "actions"),
    [
        (Whole("end_turn"), True, [R]),
        (Whole("refusal"), True, [R]),
        (Whole("max_tokens"), True, [C, R]),
        (Whole("max_tokens"), False, [R]),
        (Cut(), True, [C, R]),
        (Cut(), False, [R]),
        (Broke("OVERLOADED"), True, [T]),
        (Broke("BILLING"), False, []),
        (Refused("QUOTA"), False, []),
        (Refused("QUEUE_FULL"), False, []),
    ],
)
def test_what_can_be_done_stands_under_the_answer(result: Result, talked: bool, actions: list[Action]) -> None:
    assert offered(result, talked=talked) == actions


@pytest.mark.parametrize("source", [Source.STORED, Source.FOLLOW])
def test_a_text_that_was_made_for_another_question_can_be_asked_for_afresh(source: Source) -> None:
    assert offered(Whole("end_turn"), source=source) == [A]
    assert offered(Whole("max_tokens"), source=source) == [C, A]


def test_a_changed_question_can_be_answered_anew_in_any_case() -> None:
    assert offered(Whole("end_turn"), reworded=True) == [N]
    assert offered(Cut(), reworded=True) == [C, N]
    assert offered(Broke("INVALID_REQUEST"), reworded=True) == [N], "other words may be accepted"


def test_an_answer_carries_its_revision_and_an_error_none() -> None:
    offers = Offers("9", "30", revision=4)
    assert offers.under(Whole("end_turn"), talked=True) == (Button(R, "9", "30", 4),)
    assert offers.under(Broke("OVERLOADED"), talked=True) == (Button(T, "9", "30"),)
