"""The fault table of Claude's API: from its statuses and types of error to reasons. Pure.

https://platform.claude.com/docs/en/api/errors, with the rows measured against the official SDK.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import orjson

from parley_executor.engines.port import EngineError
from parley_executor.reasons import Reason

LONGEST_WAIT = timedelta(hours=1)
"""A longer retry-after than this says nothing that a chat can use."""

_BY_STATUS = {
    400: Reason.INVALID_REQUEST,
    401: Reason.UPSTREAM_AUTH,
    402: Reason.BILLING,
    403: Reason.UPSTREAM_AUTH,
    404: Reason.MODEL_NOT_FOUND,
    408: Reason.UPSTREAM_5XX,
    413: Reason.PROMPT_TOO_LONG,
    429: Reason.RATE_LIMITED,
    529: Reason.OVERLOADED,
}

_STATUS_OF_TYPE = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "timeout_error": 408,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "overloaded_error": 529,
}

# Under status 400 the API also tells these two, only by their words.
_TOO_LONG = ("prompt is too long", "exceed context limit", "too many tokens")
_NO_CREDIT = ("credit balance",)


def error_of_response(status: int, body: bytes, headers: Mapping[str, str], now: datetime) -> EngineError:
    """Return the error that an HTTP answer other than 200 means."""
    reason = reason_of_status(status)
    if reason is Reason.INVALID_REQUEST:
        reason = closer_reason(_message(body))
    return EngineError(reason, retry_after=retry_after(headers, now), upstream_status=status)


def error_of_type(kind: str) -> EngineError:
    """Return the error that an error event in a stream means; its HTTP status had been 200."""
    status = _STATUS_OF_TYPE.get(kind, 500)
    return EngineError(reason_of_status(status), upstream_status=status)


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """Return how long the API asks to wait: seconds or an HTTP date; None when it does not, or not sensibly."""
    value = headers.get("retry-after", "").strip()
    try:
        wait = timedelta(seconds=float(value)) if value else None
    except (ValueError, OverflowError):
        wait = _until(value, now)
    return wait if wait is not None and timedelta(0) <= wait <= LONGEST_WAIT else None


def _until(date: str, now: datetime) -> timedelta | None:
    try:
        at = parsedate_to_datetime(date)
    except ValueError:
        return None
    return max(timedelta(0), (at if at.tzinfo else at.replace(tzinfo=UTC)) - now)


def reason_of_status(status: int) -> Reason:
    """Return what an HTTP status means."""
    known = _BY_STATUS.get(status)
    if known is not None:
        return known
    if status >= 500:  # noqa: PLR2004 — the class of statuses that HTTP gives to servers' faults
        return Reason.UPSTREAM_5XX
    return Reason.INVALID_REQUEST if status >= 400 else Reason.PROTOCOL  # noqa: PLR2004 — HTTP's client faults


def closer_reason(message: str) -> Reason:
    """Return what the API's words under status 400, in lower case, mean."""
    if any(words in message for words in _TOO_LONG):
        return Reason.PROMPT_TOO_LONG
    if any(words in message for words in _NO_CREDIT):
        return Reason.BILLING
    return Reason.INVALID_REQUEST


def _message(body: bytes) -> str:
    """Return the API's own words in lower case, for comparison only; empty when there are none."""
    try:
        data: Any = orjson.loads(body)
        return str(data["error"]["message"]).lower()
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return ""
