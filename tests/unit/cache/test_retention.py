"""The policy alone: whatever comes, its bounds hold, and what pays stays."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley_cache import retention
from parley_cache.limits import Limits
from parley_cache.retention import ADMITTED, LOOK, LOOK_MOST, Saving, Space, Stored

LIMITS = Limits(reply_entries=20, reply_bytes=2000, reply_ttl=60.0, reply_ttl_least=10.0, reply_ttl_most=100.0)


def _stored(credit: int = 0, size: int = 10, *, main: bool = False) -> Stored:
    return Stored("log", size, 0.0, 60.0, Saving(1.0, 100), credit=credit, main=main)


def test_a_use_is_worth_more_when_it_saves_more_and_counts_at_most_thrice() -> None:
    for grade in (1, 2, 4):
        stored = replace(_stored(), grade=grade)
        credits_ = []
        for _ in range(5):
            stored = retention.used(stored)
            credits_.append(stored.credit)
        assert credits_ == [grade, 2 * grade, 3 * grade, 3 * grade, 3 * grade]


@pytest.mark.parametrize(
    ("density", "expected"), [(1.0, 2), (1.9, 2), (2.0, 4), (50.0, 4), (0.6, 2), (0.5, 1), (0.0, 1)]
)
def test_the_grade_compares_with_the_mean(density: float, expected: int) -> None:
    assert retention.grade(density, 1.0) == expected
    assert retention.grade(density, 0.0) == ADMITTED


def test_a_reply_that_nobody_asked_for_leaves_before_one_that_was() -> None:
    small = [("asked", _stored(ADMITTED)), ("ignored", _stored())]
    plan = retention.plan(LIMITS, Space(21, 100, 3, 30), small, [("old", _stored(2, main=True))])
    assert plan is not None
    assert (list(plan.gone), list(plan.promoted)) == (["ignored"], ["asked"])


def test_when_all_have_credit_the_one_with_the_least_goes() -> None:
    main = [(str(n), _stored(6 - n, main=True)) for n in range(4)]
    plan = retention.plan(LIMITS, Space(21, 100, 0, 0), [], main)
    assert plan is not None
    assert list(plan.gone) == ["3"]
    assert {name: kept.credit for name, kept in plan.kept.items()} == {"0": 4, "1": 3, "2": 2}


def test_what_cannot_be_made_room_for_drives_nobody_out() -> None:
    assert retention.plan(LIMITS, Space(5, 2500, 1, 10), [("a", _stored())], []) is None


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(1, 300), st.booleans()), max_size=30), st.integers(1, 2000))
def test_a_plan_makes_room_and_says_all_that_it_does(entries: list[tuple[int, int, bool]], size: int) -> None:
    stored = {str(n): _stored(credit, bytes_, main=main) for n, (credit, bytes_, main) in enumerate(entries)}
    small = [(name, one) for name, one in stored.items() if not one.main]
    main = [(name, one) for name, one in stored.items() if one.main]
    total = sum(one.size for one in stored.values())
    space = Space(len(stored) + 1, total + size, len(small), sum(one.size for _, one in small))
    plan = retention.plan(LIMITS, space, small, main)
    assert plan is not None, "the whole is on the table, so there is always room"
    left = [one for name, one in stored.items() if name not in plan.gone]
    assert len(left) + 1 <= LIMITS.reply_entries
    assert sum(one.size for one in left) + size <= LIMITS.reply_bytes
    assert not plan.gone.keys() & (plan.kept.keys() | plan.promoted.keys())
    assert all(plan.gone[name] == stored[name] for name in plan.gone), "gone as it stood"
    assert all(one.main for one in (plan.promoted | plan.kept).values())


def test_an_eviction_looks_at_as_many_however_many_are_stored() -> None:
    assert retention.look(Limits(reply_entries=1000), 2000) == LOOK
    assert retention.look(Limits(reply_entries=1_000_000), 8 << 20) == LOOK_MOST


def test_tuning_stays_within_its_bounds() -> None:
    assert retention.tuned(60.0, 1.5, LIMITS) == 90.0
    assert retention.tuned(60.0, 9.0, LIMITS) == 100.0
    assert retention.tuned(60.0, 0.01, LIMITS) == 10.0
