from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from parley_gateway.turns.silence import Silence

QUIET, FIRST_WORD = 0.15, 1.0
NEVER = float("-inf")


def test_four_looks_without_a_word_make_sure() -> None:
    silence = Silence(QUIET, FIRST_WORD, 0.0, NEVER)
    for look in (1, 2, 3):
        silence.looked(look * silence.look, NEVER, claiming=True)
        assert not silence.is_sure
    silence.looked(4 * silence.look, NEVER, claiming=True)
    assert silence.is_sure


def test_a_word_on_any_stream_makes_it_busy_until_the_hard_limit() -> None:
    silence = Silence(QUIET, FIRST_WORD, 0.0, NEVER)
    now, looks = 0.0, 0
    while not silence.is_sure:
        now, looks = now + silence.look, looks + 1
        silence.looked(now, now, claiming=True)
    assert looks * silence.look >= FIRST_WORD


@given(st.lists(st.floats(0.2, 30.0), min_size=1, max_size=2))
def test_who_did_not_run_has_not_listened(pauses: list[float]) -> None:
    silence = Silence(QUIET, FIRST_WORD, 0.0, NEVER)
    for pause in pauses:
        silence.looked(silence.now + pause, NEVER, claiming=True)
    assert not silence.is_sure
