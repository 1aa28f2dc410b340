from __future__ import annotations

import pytest

from parley_executor.engines.claude_cli.faults import error_of
from parley_executor.engines.claude_cli.frames import Result
from parley_executor.engines.messages_errors import reason_of_status
from parley_executor.reasons import Reason


def ended(words: str = "", status: int | None = None, terminal: str = "api_error") -> Result:
    return Result(failed=True, status=status, terminal=terminal, calls=1, words=words)


@pytest.mark.parametrize("status", [401, 402, 403, 404, 408, 413, 429, 500, 503, 529])
def test_a_status_has_the_reason_that_the_other_engine_gives_it(status: int) -> None:
    error = error_of(ended("API Error", status))
    assert (error.reason, error.upstream_status, error.partial) == (reason_of_status(status), status, False)
    assert error.retry_after is None


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("API Error: 400 messages: at least one message is required", Reason.INVALID_REQUEST),
        ("API Error: 400 prompt is too long: 1200000 tokens > 1000000 maximum", Reason.PROMPT_TOO_LONG),
        ("API Error: 400 Your credit balance is too low", Reason.BILLING),
    ],
)
def test_under_400_its_words_tell_more(words: str, reason: Reason) -> None:
    assert error_of(ended(words, 400)).reason is reason


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("API Error: Connection dropped (ECONNRESET).", Reason.CONNECT),
        ("API Error: Connection to the API was lost (ECONNRESET).", Reason.CONNECT),
        ("", Reason.CONNECT),
        ("API Error: JSON Parse error: Unterminated string", Reason.PROTOCOL),
        ("API Error: Request timed out.", Reason.TIMED_OUT),
        ("Not logged in", Reason.UPSTREAM_AUTH),
        ("Prompt is too long", Reason.PROMPT_TOO_LONG),
    ],
)
def test_without_a_status_there_are_only_its_words(words: str, reason: Reason) -> None:
    error = error_of(ended(words))
    assert (error.reason, error.upstream_status) == (reason, None)


@pytest.mark.parametrize("terminal", ["blocking_limit", "prompt_too_long"])
def test_what_the_program_itself_found_too_long_is_told_as_that(terminal: str) -> None:
    assert error_of(ended(terminal=terminal)).reason is Reason.PROMPT_TOO_LONG


def test_no_word_of_it_is_in_the_error() -> None:
    assert "secret" not in repr(error_of(ended("secret words", 400)))
