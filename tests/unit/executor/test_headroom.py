from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley_executor.upstream.headroom import Allowance, Headroom, parse
from parley_sandbox.anthropic.clock import SystemClock
from parley_sandbox.anthropic.limits import Limits, RateLimits

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def headers(limit: object, remaining: object, reset: object, name: str = "requests") -> dict[str, str]:
    """The three headers of a limit."""
    prefix = f"anthropic-ratelimit-{name}"
    return {f"{prefix}-limit": str(limit), f"{prefix}-remaining": str(remaining), f"{prefix}-reset": str(reset)}


def test_an_answer_tells_what_is_left_and_it_comes_back_evenly_until_the_reset() -> None:
    told = parse(headers(50, 20, "2026-11-22T12:01:00Z"), NOW, at=100.0)
    assert told is not None
    assert told.requests is not None
    shares = [told.requests.share(at) for at in (100.0, 130.0, 160.0, 500.0)]
    assert shares == [0.4, 0.7, 1.0, 1.0]
    assert told.requests.full_in(130.0) == 30
    assert (told.input_tokens, told.output_tokens) == (None, None)


def test_less_than_one_whole_request_is_nothing() -> None:
    told = parse(headers(5, 0, "2026-11-22T12:01:00Z"), NOW, at=0.0)
    assert told is not None
    assert told.least(11.9) == 0
    assert told.least(12.0) == 0.2


def test_the_scarcest_limit_counts() -> None:
    told = parse(
        headers(50, 50, "2026-11-22T12:00:00Z") | headers(1000, 100, "2026-11-22T12:01:00Z", "output-tokens"), NOW, 0.0
    )
    assert told is not None
    assert told.least(0.0) == 0.1
    assert list(told.known()) == ["requests", "output_tokens"]


@pytest.mark.parametrize(
    "found",
    [
        {},
        {"anthropic-ratelimit-requests-remaining": "7"},
        headers("many", 7, "2026-11-22T12:01:00Z"),
        headers(0, 0, "2026-11-22T12:01:00Z"),
        headers(50, -1, "2026-11-22T12:01:00Z"),
        headers(50, 7, "soon"),
        headers(50, 7, "2026-11-22T12:01:00"),
        headers(50, 7, "2027-11-22T12:01:00Z"),
    ],
)
def test_what_makes_no_sense_is_unknown(found: dict[str, str]) -> None:
    assert parse(found, NOW, 0.0) is None


def test_nothing_known_is_no_limit() -> None:
    assert Headroom().least(0.0) == 1.0


def test_what_claude_sends_is_read() -> None:
    limits = RateLimits(Limits(requests=10, input_tokens=1000, output_tokens=100), SystemClock())
    limits.admit()
    limits.spend(input_tokens=500)
    told = parse(limits.headers(), SystemClock().wall(), 0.0)
    assert told is not None
    assert {name: round(allowance.share(0.0), 1) for name, allowance in told.known().items()} == {
        "requests": 0.9,
        "input_tokens": 0.5,
        "output_tokens": 1.0,
    }


@given(
    limit=st.integers(1, 10**9),
    left=st.integers(0, 10**9),
    full_in=st.floats(-10, 3600),
    times=st.lists(st.floats(0, 1e5), min_size=2),
)
def test_a_share_only_grows_and_is_whole_at_the_reset(
    limit: int, left: int, full_in: float, times: list[float]
) -> None:
    reset = (NOW + timedelta(seconds=full_in)).isoformat()
    told = parse(headers(limit, left, reset), NOW, at=0.0)
    assert told is not None
    allowance = told.requests
    assert isinstance(allowance, Allowance)
    shares = [allowance.share(at) for at in sorted(times)]
    assert shares == sorted(shares)
    assert all(0 <= share <= 1 for share in shares)
    assert allowance.share(max(0.0, allowance.full_at)) == 1
