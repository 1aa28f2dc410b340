from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from parley_gateway.siblings import Siblings

NAMES = st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=6, unique=True)
CHANNEL = "20"


def told(own: str, *living: str) -> Siblings:
    known = Siblings(own)
    known.update(living)
    return known


@given(NAMES, st.text(max_size=20))
def test_exactly_one_of_those_who_live_goes_first_and_waits_for_nobody(names: list[str], channel: str) -> None:
    fleet = [told(name, *names) for name in names]
    assert sum(one.first(channel, 0) for one in fleet) == 1
    assert sum(one.wait(channel, 0, adopted=False) == 0 for one in fleet) == 1


def test_the_others_wait_a_moment_for_an_event_and_longer_for_an_orphan() -> None:
    fleet = [told(name, "a", "b") for name in ("a", "b")]
    late = next(one for one in fleet if not one.first(CHANNEL, 0))
    assert (late.wait(CHANNEL, 0, adopted=False), late.wait(CHANNEL, 0, adopted=True)) == (0.15, 2.0)


def test_while_nobody_tells_who_lives_everybody_goes_first() -> None:
    assert Siblings("a").first(CHANNEL, 0)
    assert told("a").first(CHANNEL, 0)


def test_a_list_that_nobody_renews_holds_only_for_a_while() -> None:
    late = next(one for one in (told("a", "a", "b"), told("b", "a", "b")) if not one.first(CHANNEL, 0))
    late.lost(100.0)
    late.lost(104.0)
    assert not late.first(CHANNEL, 105.0)
    assert late.first(CHANNEL, 105.1)
    late.update(("a", "b"))
    assert not late.first(CHANNEL, 200.0)


@given(NAMES)
def test_when_nobody_tells_any_more_who_lives_all_but_one_know_that_another_one_went_first(names: list[str]) -> None:
    fleet = [told(name, *names) for name in names]
    assert not any(one.outranked(CHANNEL, 0) for one in fleet), "who lives is told: then that counts"
    for one in fleet:
        one.lost(100.0)
    assert sum(not one.outranked(CHANNEL, 106.0) for one in fleet) == 1


def test_who_was_never_told_who_lives_knows_of_nobody_who_went_first() -> None:
    alone = Siblings("a")
    alone.lost(0.0)
    assert not alone.outranked(CHANNEL, 100.0)


def test_who_is_not_in_the_list_lets_the_others_go_first() -> None:
    assert not told("fresh", "a").first(CHANNEL, 0)


@given(NAMES)
def test_gateways_that_are_told_of_different_channels_wait_for_nobody_and_share_the_one_task(names: list[str]) -> None:
    fleet = [Siblings(name, apart=True) for name in names]
    for one in fleet:
        one.update(names)
    assert all(one.first(CHANNEL, 0) and not one.wait(CHANNEL, 0, adopted=False) for one in fleet)
    assert sum(one.chosen("commands", 0) for one in fleet) == 1
