from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from parley_executor.joining import Joiner


def test_the_first_text_may_leave_at_once() -> None:
    joiner = Joiner(window=0.25, size=100)
    joiner.add("hello")
    assert joiner.due <= 0


def test_later_text_waits_for_the_end_of_the_window_and_leaves_as_one() -> None:
    joiner = Joiner(window=0.25, size=100)
    joiner.add("a")
    assert joiner.take(now=10.0) == "a"
    assert joiner.due == 10.25
    joiner.add("b")
    joiner.add("c")
    assert joiner.take(now=10.25) == "bc"
    assert joiner.due == 10.5


def test_it_is_full_by_what_waits_and_no_longer_when_that_left() -> None:
    joiner = Joiner(window=0.04, size=4)
    joiner.add("abc")
    assert not joiner.full
    joiner.add("de")
    assert joiner.full
    joiner.take(now=1.0)
    assert not joiner.full
    assert not joiner


@given(pieces=st.lists(st.tuples(st.text(min_size=1, max_size=5), st.booleans())))
def test_no_character_is_lost_or_doubled(pieces: list[tuple[str, bool]]) -> None:
    joiner, left = Joiner(window=1.0, size=10), []
    for at, (piece, take) in enumerate(pieces):
        joiner.add(piece)
        if take:
            left.append(joiner.take(float(at)))
    left.append(joiner.take(1e6))
    assert "".join(left) == "".join(piece for piece, _ in pieces)
