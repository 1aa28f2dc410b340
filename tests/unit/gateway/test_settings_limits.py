from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley_gateway.preferences import UsageLimits
from parley_gateway.settings_panels import limits

AMOUNT = st.integers(0, 10**12 - 1)
LINES = {line.attribute: line for line in limits.LINES}


@given(st.builds(UsageLimits, AMOUNT, AMOUNT, AMOUNT, AMOUNT, AMOUNT))
def test_a_form_that_is_sent_back_as_it_was_changes_nothing(chosen: UsageLimits) -> None:
    shown = {line.attribute: limits.written(limits.amount(chosen, line), line) for line in limits.LINES}
    assert limits.read(shown) == chosen


@pytest.mark.parametrize("text", ["", " ", "0"])
def test_an_empty_line_is_no_limit(text: str) -> None:
    assert limits.read({"messages": text, "cost_day": text}) == UsageLimits()


@pytest.mark.parametrize("text", ["1000", "1,000", "1 000", "１０００", "1_000"])
def test_a_number_may_be_written_in_many_ways(text: str) -> None:
    assert limits.read({"tokens_day": text}).tokens_day == 1000


@pytest.mark.parametrize("text", ["2.5", "$2.50", "2.50 USD", "２．５", "US$ 2.5"])
def test_money_is_in_dollars(text: str) -> None:
    assert limits.read({"cost_month": text}).cost_month == 2_500_000


@pytest.mark.parametrize(
    ("attribute", "text"),
    [
        ("messages", "many"),
        ("messages", "-1"),
        ("tokens_day", "1.5"),
        ("cost_day", "1.2345678"),
        ("messages", "1" * 13),
    ],
)
def test_what_is_no_number_names_its_line(attribute: str, text: str) -> None:
    with pytest.raises(limits.Unreadable) as unreadable:
        limits.read({attribute: text})
    assert unreadable.value.line is LINES[attribute]
