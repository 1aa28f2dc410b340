from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from parley_executor.engines.messages_errors import error_of_response, error_of_type, retry_after
from parley_executor.reasons import Reason

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def body(message: str) -> bytes:
    return b'{"type":"error","error":{"type":"invalid_request_error","message":"%s"}}' % message.encode()


@pytest.mark.parametrize(
    ("status", "reason", "retryable"),
    [
        (302, Reason.PROTOCOL, False),
        (400, Reason.INVALID_REQUEST, False),
        (401, Reason.UPSTREAM_AUTH, False),
        (402, Reason.BILLING, False),
        (403, Reason.UPSTREAM_AUTH, False),
        (404, Reason.MODEL_NOT_FOUND, False),
        (408, Reason.UPSTREAM_5XX, True),
        (413, Reason.PROMPT_TOO_LONG, False),
        (418, Reason.INVALID_REQUEST, False),
        (429, Reason.RATE_LIMITED, True),
        (500, Reason.UPSTREAM_5XX, True),
        (502, Reason.UPSTREAM_5XX, True),
        (503, Reason.UPSTREAM_5XX, True),
        (529, Reason.OVERLOADED, True),
    ],
)
def test_each_status_has_its_reason(status: int, reason: Reason, retryable: bool) -> None:
    error = error_of_response(status, body("words"), {}, NOW)
    assert (error.reason, error.retryable, error.upstream_status, error.partial) == (reason, retryable, status, False)


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ("prompt is too long: 210000 tokens > 200000 maximum", Reason.PROMPT_TOO_LONG),
        ("input length and max_tokens exceed context limit", Reason.PROMPT_TOO_LONG),
        ("Your credit balance is too low to access the Anthropic API.", Reason.BILLING),
        ("messages: at least one message is required", Reason.INVALID_REQUEST),
    ],
)
def test_a_bad_request_is_told_more_closely_where_the_api_does_so_only_in_words(message: str, reason: Reason) -> None:
    assert error_of_response(400, body(message), {}, NOW).reason is reason


@pytest.mark.parametrize("garbage", [b"", b"<html>", b"[]", b"{}", b'{"error": 7}', b"\xff"])
def test_a_body_that_is_not_the_apis_changes_nothing(garbage: bytes) -> None:
    assert error_of_response(400, garbage, {}, NOW).reason is Reason.INVALID_REQUEST


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("overloaded_error", Reason.OVERLOADED),
        ("api_error", Reason.UPSTREAM_5XX),
        ("timeout_error", Reason.UPSTREAM_5XX),
        ("rate_limit_error", Reason.RATE_LIMITED),
        ("invalid_request_error", Reason.INVALID_REQUEST),
        ("authentication_error", Reason.UPSTREAM_AUTH),
        ("something_new", Reason.UPSTREAM_5XX),
    ],
)
def test_an_error_event_means_what_its_status_would(kind: str, reason: Reason) -> None:
    assert error_of_type(kind).reason is reason


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("3", 3.0),
        ("0", 0.0),
        (" 1.5 ", 1.5),
        ("Sun, 22 Nov 2026 12:00:07 GMT", 7.0),
        ("Sun, 22 Nov 2026 11:00:00 GMT", 0.0),
        ("Sun, 22 Nov 2026 12:00:07 -0000", 7.0),
        ("", None),
        ("-1", None),
        ("soon", None),
        ("nan", None),
        ("inf", None),
        ("1e300", None),
        ("86400", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_or_nothing_sensible(value: str, seconds: float | None) -> None:
    expected = None if seconds is None else timedelta(seconds=seconds)
    assert retry_after({"retry-after": value}, NOW) == expected


def test_the_wait_that_claude_asks_for_goes_with_the_error() -> None:
    assert error_of_response(429, b"", {"retry-after": "20"}, NOW).retry_after == timedelta(seconds=20)
