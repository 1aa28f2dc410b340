"""The fault table of the `claude` program: from how a turn ended to the error that it is. Pure.

Where the program tells an HTTP status the table of Claude's API counts, so that both engines give one fault one
reason. Without a status there are only its words; they are those of the version that requirements/claude.txt locks.
What it never tells is how long Claude's API asks to wait.
"""

from __future__ import annotations

from parley_executor.engines.claude_cli.frames import Result
from parley_executor.engines.messages_errors import closer_reason, reason_of_status
from parley_executor.engines.port import EngineError
from parley_executor.reasons import Reason

_TOO_LONG = frozenset({"blocking_limit", "prompt_too_long"})
"""Why a turn ended that the program itself found too long, before any call."""

_UNREADABLE = ("json parse error", "unexpected end of json", "malformed")
_LATE = ("timed out", "timeout", "stalled", "idle")
_UNSIGNED = ("not logged in", "invalid api key", "please run /login", "failed to authenticate")


def error_of(result: Result) -> EngineError:
    """Return the error that the end of a failed turn means."""
    return EngineError(_reason(result), upstream_status=result.status)


def _reason(result: Result) -> Reason:
    words = result.words.lower()
    if result.terminal in _TOO_LONG:
        return Reason.PROMPT_TOO_LONG
    if result.status is None:
        return _reason_of_words(words)
    reason = reason_of_status(result.status)
    return closer_reason(words) if reason is Reason.INVALID_REQUEST else reason


def _reason_of_words(words: str) -> Reason:
    """Without a status the call itself broke; most often that is the connection."""
    for marks, reason in (
        (_UNREADABLE, Reason.PROTOCOL),
        (_LATE, Reason.TIMED_OUT),
        (_UNSIGNED, Reason.UPSTREAM_AUTH),
    ):
        if any(mark in words for mark in marks):
            return reason
    return closer_reason(words) if closer_reason(words) is Reason.PROMPT_TOO_LONG else Reason.CONNECT
