from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.fleet import executor, gateway, member

from parley_monitor.estimate import STEPS, WINDOW, ReleaseRate, released, wait
from parley_monitor.model import Slots, State

FULL, ONE_LESS = Slots(4, 4), Slots(4, 3)


@pytest.mark.parametrize(
    ("before", "after", "count"),
    [
        (FULL, ONE_LESS, 1),
        (ONE_LESS, FULL, 0),
        (FULL, FULL, 0),
        (Slots(4, 4, 3), Slots(4, 4, 1), 2),
        (Slots(4, 4, 0), Slots(4, 3, 1), 0),
        (None, FULL, 0),
        (FULL, None, 0),
    ],
)
def test_work_that_is_gone_made_room(before: Slots | None, after: Slots | None, count: int) -> None:
    assert released(before, after) == count


def test_nothing_is_known_before_the_first_slot_came_free() -> None:
    rate = ReleaseRate()
    rate.observe(0.0, None, FULL)
    rate.observe(30.0, FULL, FULL)
    assert rate.per_second(30.0) is None


def test_the_rate_is_what_came_free_over_the_time_watched() -> None:
    rate = ReleaseRate()
    for second in range(20):
        rate.observe(float(second), FULL, ONE_LESS)
    assert rate.per_second(20.0) == 1.0


def test_one_early_release_is_no_storm() -> None:
    rate = ReleaseRate()
    rate.observe(100.0, FULL, ONE_LESS)
    assert rate.per_second(100.0) == 0.2


def test_what_is_long_ago_is_forgotten() -> None:
    rate = ReleaseRate()
    rate.observe(0.0, FULL, ONE_LESS)
    assert rate.per_second(WINDOW) == 1 / WINDOW
    assert rate.per_second(WINDOW + 2) is None


@given(st.lists(st.tuples(st.floats(0, 1000), st.integers(0, 9)), max_size=60))
def test_the_rate_never_exceeds_what_was_seen(events: list[tuple[float, int]]) -> None:
    rate = ReleaseRate(window=60.0)
    seen = 0
    for at, count in sorted(events):
        rate.observe(at, Slots(9, 9), Slots(9, 9 - count))
        seen += count
    per_second = rate.per_second(1000.0)
    assert per_second is None or 0 < per_second <= seen / 5


def test_a_day_of_releases_takes_no_more_room_than_the_window() -> None:
    rate = ReleaseRate(window=10.0)
    for tenth in range(5000):
        rate.observe(tenth / 10, FULL, ONE_LESS)
        rate.per_second(tenth / 10)
    assert len(rate._buckets) <= 12


def test_the_wait_is_the_line_over_the_rate_in_steps_that_people_say() -> None:
    fleet = [member(executor("a", busy=4, waiting=2)), member(executor("b", busy=4, waiting=1))]
    assert wait(fleet, 1.0) == timedelta(seconds=5)
    assert wait(fleet, 0.5) == timedelta(seconds=10)


def test_the_lines_of_those_who_drain_or_are_silent_do_not_count() -> None:
    fleet = [
        member(executor("a", busy=4)),
        member(executor("b", waiting=50, draining=True)),
        member(executor("c", waiting=50), State.STALE),
    ]
    assert wait(fleet, 1.0) == timedelta(seconds=1)


@pytest.mark.parametrize("rate", [None, 0.0])
def test_without_a_pace_there_is_no_guess(rate: float | None) -> None:
    assert wait([member(executor(busy=4))], rate) is None


def test_without_a_live_executor_there_is_no_guess() -> None:
    assert wait([member(gateway()), member(executor(), State.STALE)], 1.0) is None


@given(waiting=st.integers(0, 10_000), rate=st.floats(0.001, 100))
def test_a_guess_never_promises_less_than_the_line_needs(waiting: int, rate: float) -> None:
    guess = wait([member(executor(busy=4, waiting=waiting))], rate)
    assert guess is not None
    assert guess.total_seconds() >= min((waiting + 1) / rate, STEPS[-1])
