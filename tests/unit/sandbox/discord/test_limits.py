import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley_sandbox.discord.limits import Bucket, Limit, Limits

EDIT = "PATCH /channels/{channel_id}/messages/{message_id}"
CALLBACK = "POST /interactions/{interaction_id}/{interaction_token}/callback"
gaps = st.lists(st.floats(0, 3), min_size=1, max_size=60)


@given(gaps, st.integers(1, 8), st.sampled_from(["fixed", "sliding"]))
def test_no_period_lets_through_more_than_a_full_bucket_and_its_refill(
    pauses: list[float], requests: int, style: str
) -> None:
    limit = Limit(requests, 5.0, "sliding" if style == "sliding" else "fixed")
    bucket, now, passed = Bucket(limit), 1000.0, []
    for pause in pauses:
        now += pause
        if bucket.take(now).passed:
            passed.append(now)
    for start in passed:
        assert sum(start <= at < start + 5.0 - 1e-6 for at in passed) <= 2 * requests


@given(gaps, st.sampled_from(["fixed", "sliding"]))
def test_who_waits_as_long_as_told_is_let_through(pauses: list[float], style: str) -> None:
    bucket, now = Bucket(Limit(3, 5.0, "sliding" if style == "sliding" else "fixed")), 1000.0
    for pause in pauses:
        now += pause
        level = bucket.take(now)
        if not level.passed:
            now += level.retry_after + 1e-6
            assert bucket.take(now).passed


def test_a_fixed_window_gives_all_back_at_once_and_a_sliding_one_by_one() -> None:
    fixed, sliding = Bucket(Limit(5, 5.0)), Bucket(Limit(5, 5.0, "sliding"))
    for bucket in (fixed, sliding):
        assert [bucket.take(100.0).passed for _ in range(6)] == [True] * 5 + [False]
    assert sliding.take(101.0).passed
    assert not sliding.take(101.0).passed
    assert not fixed.take(101.0).passed
    assert [fixed.take(105.0).passed for _ in range(6)] == [True] * 5 + [False]


def test_headers_tell_the_bucket_as_documented() -> None:
    taken = Limits({EDIT: Limit(5, 5.0)}).take(EDIT, "1", 1000.0)
    assert taken.retry_after is None
    assert taken.headers["X-RateLimit-Limit"] == "5"
    assert taken.headers["X-RateLimit-Remaining"] == "4"
    assert taken.headers["X-RateLimit-Reset"] == "1005.000"
    assert taken.headers["X-RateLimit-Reset-After"] == "5.000"
    assert len(taken.headers["X-RateLimit-Bucket"]) == 32


def test_a_refusal_says_how_long_and_by_which_scope() -> None:
    limits = Limits({EDIT: Limit(1, 5.0)})
    limits.take(EDIT, "1", 1000.0)
    refused = limits.take(EDIT, "1", 1001.5)
    assert refused.retry_after == pytest.approx(3.5)
    assert refused.headers["Retry-After"] == "4"
    assert refused.headers["X-RateLimit-Scope"] == "user"


def test_channels_are_limited_apart_and_routes_of_one_bucket_together() -> None:
    shared = Limit(1, 5.0, bucket="both")
    limits = Limits({EDIT: shared, "POST /x": shared})
    assert limits.take(EDIT, "1", 0.0).retry_after is None
    assert limits.take(EDIT, "2", 0.0).retry_after is None
    assert limits.take("POST /x", "1", 0.0).retry_after is not None


def test_a_limit_can_be_changed_and_lifted_while_it_runs() -> None:
    limits = Limits({EDIT: Limit(1, 5.0)})
    limits.take(EDIT, "1", 0.0)
    limits.set(EDIT, Limit(2, 5.0))
    assert limits.take(EDIT, "1", 0.1).retry_after is None
    limits.set(EDIT, None)
    assert [limits.take(EDIT, "1", 0.2).headers for _ in range(9)] == [{}] * 9


def test_the_whole_bot_gets_so_many_a_second_but_interactions_are_exempt() -> None:
    limits = Limits({}, per_second=3)
    taken = [limits.take(EDIT, str(number), 10.0) for number in range(4)]
    assert [each.retry_after is None for each in taken] == [True, True, True, False]
    assert taken[3].scope == "global"
    assert taken[3].headers["X-RateLimit-Global"] == "true"
    assert limits.take(CALLBACK, "", 10.0).retry_after is None
    assert limits.take(EDIT, "9", 11.0).retry_after is None


def test_a_pause_refuses_everything_until_it_is_over() -> None:
    limits = Limits({})
    limits.pause(12.0)
    assert limits.take(EDIT, "1", 10.0).retry_after == pytest.approx(2.0)
    assert limits.take(CALLBACK, "", 10.0).retry_after is None
    assert limits.take(EDIT, "1", 12.0).retry_after is None


def test_idle_buckets_are_forgotten() -> None:
    limits = Limits({EDIT: Limit(5, 5.0)})
    for number in range(5000):
        limits.take(EDIT, str(number), float(number))
    assert len(limits._buckets) < 4200


@pytest.mark.parametrize("style", ["fixed", "sliding"])
def test_a_drained_bucket_has_no_room_for_as_long_as_said(style: str) -> None:
    limits = Limits({EDIT: Limit(5, 5.0, "sliding" if style == "sliding" else "fixed")})
    limits.take(EDIT, "1", 100.0)
    assert limits.drain(EDIT, "1", 9.0, 100.0)
    assert limits.take(EDIT, "1", 100.0).retry_after == pytest.approx(9.0)
    assert limits.take(EDIT, "2", 100.0).retry_after is None
    assert limits.take(EDIT, "1", 109.01).retry_after is None
    assert not limits.drain("GET /x", "1", 9.0, 100.0)
