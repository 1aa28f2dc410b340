from __future__ import annotations

from parley_gateway.turns.ages import Ages


def test_an_edit_is_as_stale_as_the_oldest_text_that_it_shows() -> None:
    ages = Ages()
    ages.fed("ab", 1.0)
    ages.fed("cd", 2.0)
    ages.fed("ef", 3.0)
    assert ages.shown(4, 3.5) == 2.5
    assert ages.shown(6, 3.5) == 0.5
    assert ages.shown(6, 9.0) is None, "nothing new became visible"


def test_another_attempt_counts_from_its_own_beginning() -> None:
    ages = Ages()
    ages.fed("abc", 1.0)
    ages.restart()
    ages.fed("xy", 5.0)
    assert ages.shown(2, 6.0) == 1.0
