from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Any

import grpc
import pytest
from support.executors import Stand, ask, read, text_of

from parley.executor.v1 import executor_pb2 as pb
from parley.executor.v1 import executor_pb2_grpc
from parley_kit.faults import Fault as Refusal
from parley_kit.status import fault_of
from parley_sandbox.anthropic import Fault

Start = Callable[..., AbstractAsyncContextManager[Stand]]


async def refusal(stand: Stand, question: str = "hello", **fields: Any) -> tuple[grpc.StatusCode, Refusal]:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await read(stand.execute(question, **fields))
    return caught.value.code(), fault_of(caught.value)


async def test_a_reply_streams_as_claude_says_it(stand: Stand) -> None:
    responses = await read(stand.execute("hello [[tokens=40 tps=100]]"))
    kinds = [response.WhichOneof("event") for response in responses]
    assert kinds == ["started", *["text_delta"] * (len(kinds) - 2), "completed"]
    assert len(kinds) > 5
    assert text_of(responses) == stand.claude.requests[-1].text
    started, completed = responses[0].started, responses[-1].completed
    assert (started.engine, started.model) == ("messages_api", "claude-sonnet-5")
    assert started.HasField("waited")
    assert completed.stop_reason == "end_turn"
    assert completed.usage.output_tokens == 40
    assert completed.usage.input_tokens > 0
    first_text, total = completed.timings.first_text.ToTimedelta(), completed.timings.total.ToTimedelta()
    assert timedelta(0) < first_text < total


async def test_the_model_and_the_bound_are_the_requests_or_the_executors(start: Start) -> None:
    async with start(model="claude-haiku-4-5", max_output_tokens=11) as stand:
        await read(stand.execute("hello [[tokens=2]]"))
        await read(
            stand.execute("hello [[tokens=2]]", model="claude-opus-4-8", parameters=pb.Parameters(max_output_tokens=22))
        )
    asked = [(record.model, record.max_tokens) for record in stand.claude.requests]
    assert asked == [("claude-haiku-4-5", 11), ("claude-opus-4-8", 22)]


async def test_the_deadline_of_the_call_ends_claude(stand: Stand) -> None:
    responses: list[pb.ExecuteResponse] = []
    try:
        async for response in stand.execute("hello [[tps=20 tokens=500]]", timeout=0.4):
            responses.append(response)  # noqa: PERF401 — what came before the deadline is a subject too
        # The executor's own clock was a moment earlier than grpc's and could still say so.
        assert responses[-1].failed.reason == "TIMED_OUT"
    except grpc.aio.AioRpcError as error:
        assert error.code() is grpc.StatusCode.DEADLINE_EXCEEDED  # noqa: PT017 — one of two ways to end
    await stand.claude.closed_by_client()
    await stand.slots.idle()


@pytest.mark.parametrize("directive", ["ttft=30", "headers=30", "tps=20 tokens=500"])
async def test_a_cancelled_call_stops_claude_and_frees_its_slot(start: Start, directive: str) -> None:
    async with start(slots=1) as stand:
        call = stand.execute(f"hello [[{directive}]]")
        await stand.claude.until(lambda: bool(stand.claude.requests))
        call.cancel()
        await stand.claude.closed_by_client()
        responses = await read(stand.execute("hello [[exact=next]]"))
        assert text_of(responses) == "next"
        assert stand.running.sample("parley_executor_slots", {"state": "busy"}) == 0


async def test_a_caller_that_dies_stops_claude(start: Start) -> None:
    async with start() as stand:
        async with grpc.aio.insecure_channel(stand.running.address) as channel:
            stub = executor_pb2_grpc.ExecutorServiceStub(channel)
            await anext(aiter(stub.Execute(ask("hello [[tps=20 tokens=500]]"))))
        await stand.claude.closed_by_client()


STATUSES = [
    (Fault("invalid_request_error"), grpc.StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST", 1),
    (Fault("request_too_large"), grpc.StatusCode.INVALID_ARGUMENT, "PROMPT_TOO_LONG", 1),
    (Fault("not_found_error"), grpc.StatusCode.NOT_FOUND, "MODEL_NOT_FOUND", 1),
    (Fault("authentication_error"), grpc.StatusCode.FAILED_PRECONDITION, "UPSTREAM_AUTH", 1),
    (Fault("permission_error"), grpc.StatusCode.FAILED_PRECONDITION, "UPSTREAM_AUTH", 1),
    (Fault("billing_error"), grpc.StatusCode.FAILED_PRECONDITION, "BILLING", 1),
    (Fault("rate_limit_error", retry_after=7), grpc.StatusCode.RESOURCE_EXHAUSTED, "RATE_LIMITED", 1),
    (Fault("overloaded_error", times=2), grpc.StatusCode.UNAVAILABLE, "OVERLOADED", 2),
    (Fault("api_error", times=2), grpc.StatusCode.UNAVAILABLE, "UPSTREAM_5XX", 2),
    (Fault("timeout_error", times=2), grpc.StatusCode.UNAVAILABLE, "UPSTREAM_5XX", 2),
    (Fault("cut_before_headers", times=2), grpc.StatusCode.UNAVAILABLE, "CONNECT", 2),
]


@pytest.mark.parametrize(("fault", "code", "reason", "calls"), STATUSES, ids=lambda value: getattr(value, "kind", None))
async def test_a_failure_before_the_start_is_a_status_with_its_reason(
    stand: Stand, fault: Fault, code: grpc.StatusCode, reason: str, calls: int
) -> None:
    stand.claude.faults.add(fault)
    told, refused = await refusal(stand)
    assert (told, refused.reason) == (code, reason)
    assert refused.retry_after == (timedelta(seconds=7) if reason == "RATE_LIMITED" else None)
    assert "loopback" not in refused.message
    assert len(stand.claude.requests) == calls


@pytest.mark.parametrize("kind", ["overloaded_error", "api_error", "cut_before_headers"])
async def test_a_failure_that_passes_is_not_seen_by_the_caller(stand: Stand, kind: str) -> None:
    stand.claude.faults.add(Fault(kind))
    responses = await read(stand.execute("hello [[exact=whole]]"))
    assert text_of(responses) == "whole"
    assert len(stand.claude.requests) == 2


async def test_a_reply_that_breaks_before_its_text_is_tried_again_and_started_once(stand: Stand) -> None:
    stand.claude.faults.add(Fault("cut", after=0))
    responses = await read(stand.execute("hello [[exact=whole]]"))
    assert [response.WhichOneof("event") for response in responses].count("started") == 1
    assert text_of(responses) == "whole"


@pytest.mark.parametrize("kind", ["cut", "broken_json", "sse_error", "restart"])
async def test_a_reply_that_breaks_after_text_ends_as_failed_and_is_not_tried_again(stand: Stand, kind: str) -> None:
    stand.claude.faults.add(Fault(kind, after=3))
    responses = await read(stand.execute("hello [[tokens=400]]"))
    assert text_of(responses)
    assert responses[-1].failed == pb.Failed(reason="STREAM_BROKEN", retryable=True)
    assert len(stand.claude.requests) == 1


async def test_a_reply_that_falls_silent_ends_as_timed_out(start: Start) -> None:
    async with start(gap_timeout=0.2) as stand:
        responses = await read(stand.execute("hello [[stall=3]]"))
        assert responses[-1].failed == pb.Failed(reason="TIMED_OUT", retryable=True)


async def test_a_reply_whose_first_text_is_late_ends_as_timed_out(start: Start) -> None:
    async with start(first_text_timeout=0.2) as stand:
        responses = await read(stand.execute("hello [[ttft=30]]"))
        assert responses[-1].failed.reason == "TIMED_OUT"


async def test_an_api_that_does_not_answer_is_unavailable(start: Start) -> None:
    async with start(headers_timeout=0.2) as stand:
        code, refused = await refusal(stand, "hello [[headers=30]]")
        assert (code, refused.reason) == (grpc.StatusCode.UNAVAILABLE, "NO_HEADERS")


async def test_bad_input_names_its_field(stand: Stand) -> None:
    code, refused = await refusal(stand, messages=[pb.Message(role=pb.ROLE_USER)])
    assert (code, refused.field) == (grpc.StatusCode.INVALID_ARGUMENT, "messages[0].parts")
    assert not stand.claude.requests


async def test_a_full_executor_refuses_after_the_wait_with_a_hint(start: Start) -> None:
    async with start(slots=1, slot_wait=0.1) as stand:
        holding = stand.execute("hello [[tps=20 tokens=500]]")
        await anext(aiter(holding))
        code, refused = await refusal(stand)
        assert (code, refused.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "POOL_FULL")
        assert refused.retry_after is not None
        holding.cancel()
        await stand.claude.closed_by_client()


async def test_who_waits_for_a_slot_gets_it_and_is_told_how_long_it_took(start: Start) -> None:
    async with start(slots=1, slot_wait=10) as stand:
        holding = stand.execute("hello [[tps=20 tokens=500]]")
        await anext(aiter(holding))
        waiting = asyncio.create_task(read(stand.execute("hello [[exact=mine]]")))
        while stand.slots.load.waiting != 1:
            await stand.slots.changes.next().wait()
        holding.cancel()
        responses = await waiting
        assert text_of(responses) == "mine"
        assert responses[0].started.waited.ToTimedelta() > timedelta(0)


async def test_a_reader_that_stands_still_holds_up_nobody_else(stand: Stand) -> None:
    still = stand.execute("hello [[text=words:20000 tps=0 ttft=0]]", parameters=pb.Parameters(max_output_tokens=64_000))
    await anext(aiter(still))
    replies = await asyncio.gather(*(read(stand.execute(f"hello [[exact=voice{n}]]")) for n in range(10)))
    assert [text_of(reply) for reply in replies] == [f"voice{n}" for n in range(10)]
    rest = text_of(await read(still))
    assert stand.claude.requests[0].text == rest


async def test_a_large_request_arrives(stand: Stand) -> None:
    image = pb.Part(image=pb.Blob(content_type="image/png", content=bytes(5 * 1024 * 1024)))
    message = pb.Message(role=pb.ROLE_USER, parts=[image] * 4 + [pb.Part(text="what? [[tokens=2]]")])
    responses = await read(stand.execute("", messages=[message]))
    assert responses[-1].HasField("completed")
    assert stand.claude.requests[-1].bytes > 26 * 1024 * 1024


async def test_a_request_beyond_the_contract_is_refused(stand: Stand) -> None:
    image = pb.Part(image=pb.Blob(content_type="image/png", content=bytes(32 * 1024 * 1024)))
    code, refused = await refusal(stand, messages=[pb.Message(role=pb.ROLE_USER, parts=[image])])
    assert (code, refused.field) == (grpc.StatusCode.INVALID_ARGUMENT, "request")
