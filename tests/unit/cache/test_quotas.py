"""Token buckets: never more than the rate allows, and never a longer wait than needed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley_cache import quotas
from parley_cache.limits import Limits
from parley_cache.model import Usage
from parley_cache.quotas import DAY, MONTH, Account, Kind, Rate, UsageLimits, Use

MINUTE = {Kind.MESSAGES: Rate(20, 60.0)}


def _used(account: Account | None, now: float, use: Use, limits: quotas.Rates) -> Account:
    return quotas.charged(account, limits, now, use)


def _blocked_for(account: Account | None, limits: quotas.Rates, now: float) -> float:
    return max(seconds for _, seconds in quotas.waits(account, limits, now))


def test_twenty_at_once_then_one_every_three_seconds() -> None:
    account: Account | None = None
    for _ in range(20):
        assert _blocked_for(account, MINUTE, 0.0) == 0
        account = _used(account, 0.0, Use(messages=1), MINUTE)
    assert _blocked_for(account, MINUTE, 0.0) == pytest.approx(3.0)
    assert _blocked_for(account, MINUTE, 2.0) == pytest.approx(1.0)
    assert _blocked_for(account, MINUTE, 3.0) == pytest.approx(0.0)


def test_a_debt_of_tokens_is_waited_for() -> None:
    limits = {Kind.TOKENS_DAY: Rate(86_400, DAY)}
    account = _used(None, 0.0, Use(answers=1, usage=Usage(86_400, 3600)), limits)
    assert _blocked_for(account, limits, 0.0) == pytest.approx(3601.0)


def test_the_longest_wait_of_all_limits_counts() -> None:
    limits = {Kind.COST_DAY: Rate(1_000_000, DAY), Kind.COST_MONTH: Rate(2_000_000, MONTH)}
    account = _used(None, 0.0, Use(answers=1, cost=2_500_000), limits)
    day, month = 1_500_001 * DAY / 1_000_000, 500_001 * MONTH / 2_000_000
    assert _blocked_for(account, limits, 0.0) == pytest.approx(max(day, month))


def test_cached_input_costs_no_quota() -> None:
    assert Use(usage=Usage(1, 2, 1000, 4)).of(Kind.TOKENS_MONTH) == 7


def test_a_day_and_a_month_begin_anew_when_they_are_over() -> None:
    account = _used(None, 0.0, Use(messages=1, cost=5), {})
    later = quotas.current(account, DAY)
    assert (later.day.messages, later.month.messages, later.month.cost) == (0, 1, 5)
    assert quotas.current(account, MONTH).month.messages == 0


def test_of_two_limits_the_lower_holds_and_none_is_no_limit() -> None:
    ours, theirs = UsageLimits(20, 0, 100, 0, 7), UsageLimits(5, 50, 0, 0, 9)
    assert ours.stricter(theirs) == theirs.stricter(ours) == UsageLimits(5, 50, 100, 0, 7)


def test_settings_in_dollars_are_counted_in_millionths() -> None:
    limits = Limits(user_usd_day=0.1, guild_usd_month=12.5)
    assert (limits.user.cost_day, limits.guild.cost_month) == (100_000, 12_500_000)
    rates = quotas.rates(limits.user, 60.0)
    assert rates == {Kind.MESSAGES: Rate(20, 60.0), Kind.COST_DAY: Rate(100_000, DAY)}


@given(st.integers(1, 50), st.floats(1, 1000), st.lists(st.floats(0, 100), max_size=60))
def test_no_window_ever_sees_more_than_a_bucket_and_what_flowed_in(
    amount: int, period: float, pauses: list[float]
) -> None:
    limits, account, now = {Kind.MESSAGES: Rate(amount, period)}, None, 0.0
    sent: list[float] = []
    for pause in pauses:
        now += pause
        if _blocked_for(account, limits, now) == 0:
            account = _used(account, now, Use(messages=1), limits)
            sent.append(now)
    for place, start in enumerate(sent):
        for count, end in enumerate(sent[place:], start=1):
            assert count <= amount + (end - start) * amount / period + 1e-6


@given(st.integers(1, 50), st.floats(1, 1000), st.integers(0, 200))
def test_who_waits_as_told_is_let_in_and_a_moment_earlier_is_not(amount: int, period: float, used: int) -> None:
    limits = {Kind.MESSAGES: Rate(amount, period)}
    account = _used(None, 0.0, Use(messages=used), limits)
    wait = _blocked_for(account, limits, 0.0)
    assert _blocked_for(account, limits, wait) == pytest.approx(0.0, abs=1e-6)
    if wait:
        assert _blocked_for(account, limits, wait * 0.99) > 0
