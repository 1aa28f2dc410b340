from __future__ import annotations

from datetime import timedelta

from parley_gateway.durations import MOST, Durations


def test_before_the_first_answer_no_time_is_told() -> None:
    assert Durations().after(1) is None


def test_who_is_third_waits_three_times_the_usual_one_however_long_a_single_one_took() -> None:
    durations = Durations()
    for seconds in (9.0, 10.0, 600.0):
        durations.note(seconds)
    assert durations.after(3) == timedelta(seconds=30)


def test_what_was_usual_long_ago_is_forgotten() -> None:
    durations = Durations()
    for seconds in (100.0,) * MOST + (2.0,) * MOST:
        durations.note(seconds)
    assert durations.after(1) == timedelta(seconds=2)
