from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from parley_gateway.skew import ENOUGH, KEPT, DiscordsClock, Skew
from parley_kit.clock import ManualClock

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def heard(seconds: float, times: int = KEPT) -> Skew:
    """Return what is measured when our clock is so far ahead; answers take between 0 and 200 ms."""
    skew = Skew()
    for number in range(times):
        theirs = NOW + timedelta(milliseconds=137 * number)
        way = timedelta(milliseconds=50 * (number % 5))
        skew.heard(theirs.replace(microsecond=0), theirs + way + timedelta(seconds=seconds))
    return skew


@pytest.mark.parametrize("seconds", [-90.0, -3.0, 0.0, 2.0, 600.0])
def test_it_is_measured_to_less_than_a_second(seconds: float) -> None:
    assert heard(seconds).seconds == pytest.approx(seconds, abs=0.7)


def test_a_few_answers_tell_nothing() -> None:
    assert heard(60, ENOUGH - 1).seconds == 0


def test_deadlines_count_by_discords_clock_when_ours_is_wrong() -> None:
    ours = ManualClock(NOW)
    assert DiscordsClock(ours, heard(0)).now() == NOW
    corrected = DiscordsClock(ours, heard(60)).now()
    assert corrected == pytest.approx(NOW - timedelta(minutes=1), abs=timedelta(seconds=1))


def test_it_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    heard(60)
    assert [record.message for record in caplog.records] == ["clock.skewed"]
    caplog.clear()
    heard(0)
    assert not caplog.records
