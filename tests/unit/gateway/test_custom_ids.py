from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley_gateway import custom_ids, nonces
from parley_gateway.custom_ids import Stop

SNOWFLAKES = st.integers(1, 2**64 - 1).map(str)


@given(turn=SNOWFLAKES, author=SNOWFLAKES)
def test_a_button_pressed_days_later_still_says_what_it_means(turn: str, author: str) -> None:
    text = custom_ids.encode(Stop(turn, author))
    assert len(text) <= 100
    assert custom_ids.decode(text) == Stop(turn, author)


@pytest.mark.parametrize(
    "text", ["", "stop", "v2:stop:1:2", "v1:go:1:2", "v1:stop:1", "v1:stop:1:2:3", "v1:stop:x:2", "v1:stop:1:²"]
)
def test_a_button_that_is_not_ours_is_left_alone(text: str) -> None:
    assert custom_ids.decode(text) is None


@given(text=st.text())
def test_no_custom_id_breaks_the_reading(text: str) -> None:
    custom_ids.decode(text)


@given(turn=SNOWFLAKES, index=st.integers(0, 999))
def test_a_nonce_fits_into_discords_25_characters(turn: str, index: int) -> None:
    assert len(nonces.of(turn, "p", index)) <= 25


def test_nonces_differ_by_turn_kind_and_index() -> None:
    made = {nonces.of(turn, kind, index) for turn in ("1", "36", "37") for kind in "pf" for index in (0, 1, 10)}
    assert len(made) == 18


def test_a_nonce_that_would_be_too_long_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="25"):
        nonces.of(str(2**64), "p", 10**12)
