from dataclasses import replace

from parley_cache.fullness import Fullness
from parley_cache.limits import Limits
from parley_cache.store.port import Figures

FIGURES = Figures(turns=8, queued=0, orphans=0, logs=0, log_bytes=0, stored=0, stored_bytes=0, conversations=0)


def test_what_comes_between_two_sweeps_counts() -> None:
    fullness = Fullness(Limits(turns=10, log_bytes=100))
    fullness.note(FIGURES)
    reached = []
    for _ in range(3):
        reached.append(fullness.is_reached)
        fullness.let_in()
    assert reached == [False, False, True]
    fullness.note(FIGURES)
    assert not fullness.is_reached


def test_text_fills_the_store_too() -> None:
    fullness = Fullness(Limits(turns=10, log_bytes=100))
    fullness.note(replace(FIGURES, log_bytes=100))
    assert fullness.is_reached
