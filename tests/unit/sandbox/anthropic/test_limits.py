import pytest
from support.loopback_claude import JumpingClock

from parley_sandbox.anthropic.errors import ApiError
from parley_sandbox.anthropic.limits import Limits, RateLimits


def test_headers_tell_limit_rest_and_when_it_is_full_again() -> None:
    limits = RateLimits(Limits(requests=60, input_tokens=600, output_tokens=300), JumpingClock())
    limits.admit()
    limits.spend(input_tokens=100, output_tokens=30)
    headers = limits.headers()
    assert headers["anthropic-ratelimit-requests-limit"] == "60"
    assert headers["anthropic-ratelimit-requests-remaining"] == "59"
    assert headers["anthropic-ratelimit-requests-reset"] == "2026-11-22T12:01:41Z"
    assert headers["anthropic-ratelimit-input-tokens-remaining"] == "500"
    assert headers["anthropic-ratelimit-input-tokens-reset"] == "2026-11-22T12:01:50Z"
    assert headers["anthropic-ratelimit-output-tokens-remaining"] == "270"
    assert headers["anthropic-ratelimit-tokens-limit"] == "900"
    assert headers["anthropic-ratelimit-tokens-remaining"] == "770"


def test_the_request_past_the_limit_is_told_when_to_come_back() -> None:
    clock = JumpingClock()
    limits = RateLimits(Limits(requests=2), clock)
    limits.admit()
    limits.admit()
    with pytest.raises(ApiError) as caught:
        limits.admit()
    assert (caught.value.status, caught.value.headers) == (429, {"retry-after": "31"})
    assert "2 requests per minute" in caught.value.message
    clock.now += 31
    limits.admit()


def test_tokens_spent_after_the_fact_refuse_the_next_request() -> None:
    limits = RateLimits(Limits(output_tokens=100), JumpingClock())
    limits.admit()
    limits.spend(output_tokens=250)
    assert limits.headers()["anthropic-ratelimit-output-tokens-remaining"] == "0"
    with pytest.raises(ApiError, match="output tokens"):
        limits.admit()


def test_new_limits_begin_full() -> None:
    limits = RateLimits(Limits(requests=1), JumpingClock())
    limits.admit()
    limits.set(Limits(requests=5))
    limits.admit()
    assert limits.headers()["anthropic-ratelimit-requests-remaining"] == "4"
