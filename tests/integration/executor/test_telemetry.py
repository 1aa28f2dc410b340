from __future__ import annotations

from typing import Any

import pytest
from opentelemetry.trace import SpanKind, StatusCode, format_span_id, format_trace_id
from prometheus_client import generate_latest
from support.executors import KEY, Stand, read

from parley.executor.v1 import executor_pb2 as pb
from parley_kit import semconv
from parley_sandbox.anthropic import Fault

CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
MODEL = "claude-sonnet-5"
OPERATION = {
    "gen_ai_operation_name": "chat",
    "gen_ai_provider_name": "anthropic",
    "gen_ai_request_model": MODEL,
}


def chat_span(stand: Stand) -> Any:
    (span,) = [span for span in stand.running.spans if span.name.startswith("chat ")]
    return span


def server_span(stand: Stand) -> Any:
    (span,) = [span for span in stand.running.spans if span.name.endswith("/Execute")]
    return span


async def test_one_trace_goes_from_the_caller_through_the_executor_to_claude(stand: Stand) -> None:
    await read(stand.execute("hello [[tokens=5]]", metadata=[("traceparent", CALLER)]))
    server, chat = server_span(stand), chat_span(stand)
    assert format_trace_id(chat.context.trace_id) == CALLER.split("-")[1]
    assert format_span_id(server.parent.span_id) == CALLER.split("-")[2]
    assert chat.parent.span_id == server.context.span_id
    upstream = stand.claude.requests[-1].traceparent.split("-")
    assert upstream[1:3] == [format_trace_id(chat.context.trace_id), format_span_id(chat.context.span_id)]


@pytest.mark.parametrize(("effort", "told"), [(pb.EFFORT_HIGH, "high"), (pb.EFFORT_OFF, None)])
async def test_the_span_tells_how_much_claude_was_asked_to_think(
    stand: Stand, effort: pb.Effort.ValueType, told: str | None
) -> None:
    await read(stand.execute("hello [[tokens=2]]", parameters=pb.Parameters(effort=effort)))
    assert chat_span(stand).attributes.get(semconv.GEN_AI_REQUEST_REASONING_LEVEL) == told


async def test_the_span_of_a_reply_tells_what_it_was(stand: Stand) -> None:
    system = [pb.SystemBlock(text="You are Parley. " * 1000)]
    await read(stand.execute("hello [[tokens=5]]", system=system))
    chat = chat_span(stand)
    attributes = chat.attributes
    assert (chat.name, chat.kind, chat.status.status_code) == (f"chat {MODEL}", SpanKind.CLIENT, StatusCode.UNSET)
    assert attributes[semconv.GEN_AI_OPERATION_NAME] == "chat"
    assert attributes[semconv.GEN_AI_PROVIDER_NAME] == "anthropic"
    assert attributes[semconv.GEN_AI_REQUEST_MODEL] == attributes[semconv.GEN_AI_RESPONSE_MODEL] == MODEL
    assert attributes[semconv.GEN_AI_RESPONSE_FINISH_REASONS] == ("end_turn",)
    assert attributes[semconv.TURN_ID] == "turn-1"
    assert attributes[semconv.CONVERSATION_ID] == "conv-1"
    assert 0 < attributes[semconv.GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK] < 10
    assert attributes[semconv.GEN_AI_USAGE_OUTPUT_TOKENS] == 5
    written = attributes[semconv.GEN_AI_USAGE_CACHE_WRITE_TOKENS]
    assert written > 1000
    assert attributes[semconv.GEN_AI_USAGE_INPUT_TOKENS] > written


async def test_a_failure_is_an_error_of_its_reason_and_a_retry_is_an_event(stand: Stand) -> None:
    stand.claude.faults.add(Fault("overloaded_error", times=2))
    with pytest.raises(Exception, match="overloaded"):
        await read(stand.execute("hello"))
    chat = chat_span(stand)
    assert (chat.status.status_code, chat.attributes[semconv.ERROR_TYPE]) == (StatusCode.ERROR, "OVERLOADED")
    assert chat.attributes[semconv.UPSTREAM_STATUS_CODE] == 529
    (event,) = chat.events
    assert event.name == semconv.EXECUTOR_RETRY
    assert event.attributes[semconv.ERROR_TYPE] == "OVERLOADED"
    assert stand.running.sample(semconv.UPSTREAM_RETRIES, {"reason": "OVERLOADED"}) == 1


async def test_a_cancelled_reply_is_no_error(stand: Stand) -> None:
    call = stand.execute("hello [[tps=20 tokens=500]]")
    await anext(aiter(call))
    call.cancel()
    await stand.claude.closed_by_client()
    await stand.slots.idle()
    chat = chat_span(stand)
    assert (chat.status.status_code, chat.attributes[semconv.ERROR_TYPE]) == (StatusCode.UNSET, "CANCELLED")


async def test_figures_count_replies_tokens_and_slots(stand: Stand) -> None:
    await read(stand.execute("hello [[tokens=5]]"))
    sample = stand.running.sample
    assert sample(f"{semconv.GEN_AI_DURATION}_count", OPERATION | {"error_type": ""}) == 1
    assert sample(f"{semconv.GEN_AI_TIME_TO_FIRST_CHUNK}_count", OPERATION) == 1
    assert sample(f"{semconv.GEN_AI_TOKEN_USAGE}_sum", OPERATION | {"gen_ai_token_type": "output"}) == 5
    assert sample(f"{semconv.EXECUTOR_SLOT_WAIT}_count") == 1
    assert sample(semconv.EXECUTOR_SLOTS, {"state": "free"}) == 16


async def test_a_model_that_claude_does_not_know_makes_no_series_of_its_own(stand: Stand) -> None:
    for number in range(3):
        with pytest.raises(Exception, match="does not know"):
            await read(stand.execute("hello", model=f"claude-nobody-{number}"))
    labels = OPERATION | {"gen_ai_request_model": "other", "error_type": "MODEL_NOT_FOUND"}
    assert stand.running.sample(f"{semconv.GEN_AI_DURATION}_count", labels) == 3


async def test_no_secret_and_no_text_is_in_any_span_figure_or_log(
    stand: Stand, capfd: pytest.CaptureFixture[str]
) -> None:
    await read(stand.execute("hushquestion [[exact=hushanswer]]"))
    for kind in ("cut", "sse_error", "broken_json"):
        stand.claude.faults.add(Fault(kind, after=3))
        await read(stand.execute("hushquestion [[tokens=400]]"))
    stand.claude.faults.add(Fault("invalid_request_error"))
    with pytest.raises(Exception, match="accept"):
        await read(stand.execute("hushquestion"))
    registry = stand.running.bound.runtime.metrics.registry
    told = [span.to_json() for span in stand.running.spans]
    shown = "".join(told) + generate_latest(registry).decode() + "".join(capfd.readouterr())
    assert len(told) == 10
    for secret in ("hush", KEY):
        assert secret not in shown
