from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley_gateway import nonces
from parley_gateway.buttons import Action, Button, decode, encode

SNOWFLAKES = st.integers(1, 2**64 - 1).map(str)


@given(button=st.builds(Button, st.sampled_from(Action), SNOWFLAKES, SNOWFLAKES, st.integers(0, 2**64 - 1)))
def test_a_button_pressed_days_later_still_says_what_it_means(button: Button) -> None:
    text = encode(button)
    assert len(text) <= 100
    assert decode(text) == button


@pytest.mark.parametrize(
    "text", ["", "stop", "v2:stop:1:2", "v1:go:1:2", "v1:stop:1", "v1:stop:1:2:3:4", "v1:stop:x:2", "v1:stop:1:²"]
)
def test_a_button_that_is_not_ours_is_left_alone(text: str) -> None:
    assert decode(text) is None


@given(text=st.text())
def test_no_custom_id_breaks_the_reading(text: str) -> None:
    decode(text)


@given(turn=SNOWFLAKES, index=st.integers(0, 999))
def test_a_nonce_fits_into_discords_25_characters(turn: str, index: int) -> None:
    assert len(nonces.of(turn, "p", index)) <= 25


def test_nonces_differ_by_turn_kind_and_index() -> None:
    made = {nonces.of(turn, kind, index) for turn in ("1", "36", "37") for kind in "pf" for index in (0, 1, 10)}
    assert len(made) == 18


def test_a_nonce_that_would_be_too_long_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="25"):
        nonces.of(str(2**64), "p", 10**12)
