"""Each way in which Claude's API fails, and the one error that it becomes."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from datetime import timedelta

import pytest
from support.conversations import ask, run, text_of

from parley_executor.engines.port import Engine, EngineError, Finished
from parley_executor.reasons import Reason
from parley_sandbox.anthropic import Fault, LoopbackClaude, Pace


@dataclass(frozen=True, slots=True)
class Row:
    """What Claude does, and what comes of it. status: of HTTP, or what an error event stands for."""

    fault: Fault
    reason: Reason
    status: int | None = None
    retryable: bool = False
    partial: bool = False


ROWS = [
    Row(Fault("invalid_request_error"), Reason.INVALID_REQUEST, 400),
    Row(Fault("authentication_error"), Reason.UPSTREAM_AUTH, 401),
    Row(Fault("billing_error"), Reason.BILLING, 402),
    Row(Fault("permission_error"), Reason.UPSTREAM_AUTH, 403),
    Row(Fault("not_found_error"), Reason.MODEL_NOT_FOUND, 404),
    Row(Fault("timeout_error"), Reason.UPSTREAM_5XX, 408, retryable=True),
    Row(Fault("request_too_large"), Reason.PROMPT_TOO_LONG, 413),
    Row(Fault("rate_limit_error", retry_after=7), Reason.RATE_LIMITED, 429, retryable=True),
    Row(Fault("api_error"), Reason.UPSTREAM_5XX, 500, retryable=True),
    Row(Fault("overloaded_error"), Reason.OVERLOADED, 529, retryable=True),
    Row(Fault("cut_before_headers"), Reason.CONNECT, retryable=True),
    Row(Fault("cut", after=0), Reason.CONNECT, retryable=True),
    Row(Fault("cut", after=3), Reason.STREAM_BROKEN, retryable=True, partial=True),
    Row(Fault("broken_json", after=0), Reason.PROTOCOL),
    Row(Fault("broken_json", after=3), Reason.STREAM_BROKEN, retryable=True, partial=True),
    Row(Fault("sse_error", after=0), Reason.OVERLOADED, 529, retryable=True),
    Row(Fault("sse_error", after=3), Reason.STREAM_BROKEN, 529, retryable=True, partial=True),
    Row(Fault("restart", after=0), Reason.PROTOCOL),
    Row(Fault("restart", after=3), Reason.STREAM_BROKEN, retryable=True, partial=True),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.fault.kind}-{row.fault.after}")
async def test_each_fault_is_one_error_with_its_reason_no_word_of_anybody_in_it_and_the_next_reply_is_whole(
    engine: Engine, claude: LoopbackClaude, row: Row
) -> None:
    claude.faults.add(row.fault)
    if row.partial:  # the `claude` program says at once what comes slowly, and nothing of what breaks as it comes
        claude.pace = Pace(ttft=0.01, tps=10)
    events, error = await run(engine, ask("hushhush [[tokens=400]]"))
    assert error is not None
    assert (error.reason, error.retryable, error.partial, error.upstream_status) == (
        row.reason,
        row.retryable,
        row.partial,
        row.status,
    )
    assert not any(isinstance(event, Finished) for event in events)
    assert bool(text_of(events)) is row.partial
    # After a 404 the `claude` program asks once more, without a stream; no switch of it prevents that.
    calls = 2 if (engine.name, row.status) == ("claude_cli", 404) else 1
    assert len(claude.requests) == calls, "an engine makes one call; the retry stands around it"
    await claude.streams_open(0)
    told = shown(error).lower()
    assert not any(word in told for word in ("hushhush", "sk-ant", "loopback"))
    events, error = await run(engine, ask("again [[exact=whole]]"))
    assert (text_of(events), error) == ("whole", None)


async def test_the_wait_that_claude_asks_for_is_kept(engine: Engine, claude: LoopbackClaude) -> None:
    claude.faults.add(Fault("rate_limit_error", retry_after=7))
    _, error = await run(engine, ask("hello"))
    assert error is not None
    # The `claude` program does not tell what Claude asked for.
    assert error.retry_after == (None if engine.name == "claude_cli" else timedelta(seconds=7))


async def test_a_conversation_that_the_model_cannot_take_is_told_as_that(engine: Engine) -> None:
    _, error = await run(engine, ask("word " * 2_000_000))
    assert error is not None
    assert error.reason is Reason.PROMPT_TOO_LONG


async def test_a_model_that_does_not_exist_is_told_as_that(engine: Engine) -> None:
    _, error = await run(engine, ask("hello", model="claude-nobody-9"))
    assert error is not None
    assert error.reason is Reason.MODEL_NOT_FOUND


def shown(error: EngineError) -> str:
    """Everything that a log could show of an error, its causes included, but for the source lines."""
    lines = "".join(traceback.TracebackException.from_exception(error).format_exception_only())
    chain = []
    cause: BaseException | None = error
    while cause is not None:
        chain.append(f"{cause!r} {cause}")
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return lines + " ".join(chain)
