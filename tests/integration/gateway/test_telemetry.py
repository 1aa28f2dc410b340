"""What a turn leaves in traces and metrics."""

from __future__ import annotations

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanKind, StatusCode
from support.gateways import World

from parley_kit import semconv
from parley_sandbox.discord.faults import Fault, Kind

ROOT = "discord MESSAGE_CREATE"
CREATE = "POST /channels/{channel_id}/messages"
EDIT = "PATCH /channels/{channel_id}/messages/{message_id}"
SECRET = "marzipan-and-quicksilver"


def spans(parley: World, name: str) -> list[ReadableSpan]:
    return [span for span in parley.gateways[0].spans if span.name == name]


async def root(parley: World) -> ReadableSpan:
    await parley.until(lambda: bool(spans(parley, ROOT)))
    return spans(parley, ROOT)[-1]


async def ask(parley: World, text: str) -> tuple[str, ReadableSpan]:
    question = parley.ask(text)
    await parley.ended(question)
    return question, await root(parley)


async def test_a_turn_is_one_trace_from_the_event_to_the_last_edit(parley: World) -> None:
    question, top = await ask(parley, "Hello [[ttft=0.05 tps=60 tokens=90]]")
    assert top.kind is SpanKind.CONSUMER
    assert top.parent is None
    assert top.attributes is not None
    assert top.attributes[semconv.TURN_ID] == question
    assert top.attributes[semconv.TURN_OUTCOME] == "answered"
    names = {span.name for span in _in_trace(parley, top)}
    hold, execute = "parley.cache.v1.TurnService/HoldTurn", "parley.executor.v1.ExecutorService/Execute"
    assert {CREATE, EDIT, "admission", hold, execute} <= names
    assert top.end_time is not None
    assert all((span.end_time or 0) <= top.end_time for span in _in_trace(parley, top))


async def test_a_message_in_discord_leads_to_its_trace(parley: World) -> None:
    question, top = await ask(parley, "Hello")
    message = parley.replies(question)[0]
    found = [span for span in _in_trace(parley, top) if (span.attributes or {}).get("discord.message.id") == message]
    assert CREATE in {span.name for span in found}


async def test_admission_links_to_the_map_that_it_decided_by(parley: World) -> None:
    await ask(parley, "Hello")
    admission = spans(parley, "admission")[0]
    assert parley.monitor is not None
    maps = {span.context.span_id for span in parley.monitor.spans if span.context is not None}
    assert {link.context.span_id for link in admission.links} <= maps
    assert admission.links
    assert admission.attributes is not None
    assert admission.attributes[semconv.ADMISSION_DECISION] == "admitted"


async def test_a_followers_trace_links_to_the_leaders(parley: World) -> None:
    text = "Same [[ttft=0.05 tps=60 tokens=90]]"
    first = parley.ask(text, person="Sam")
    await parley.streaming(first)
    second = parley.ask(text, person="Noor")
    await parley.ended(first)
    await parley.ended(second)
    await parley.until(lambda: len(spans(parley, ROOT)) == 2)
    tops = {str((span.attributes or {})[semconv.TURN_ID]): span for span in spans(parley, ROOT)}
    leader = tops[first].context
    assert leader is not None
    assert leader.span_id in {link.context.span_id for link in tops[second].links}


async def test_a_failed_turn_is_an_error_with_its_reason(parley: World) -> None:
    _, top = await ask(parley, "Hello [[error=529 times=9]]")
    assert top.status.status_code is StatusCode.ERROR
    assert (top.attributes or {})[semconv.ERROR_TYPE] == "OVERLOADED"


async def test_no_text_and_no_token_is_in_any_span(parley: World) -> None:
    question = parley.ask(f"{SECRET} [[ttft=0.05 tps=40 tokens=4000]]")
    message = await parley.streaming(question)
    parley.click("Sam", message)
    await parley.ended(question)
    await root(parley)
    for span in parley.gateways[0].spans:
        told = f"{span.name} {dict(span.attributes or {})} {[event.attributes for event in span.events]}"
        assert SECRET not in told
        assert parley.discord.token not in told
        assert "/interactions/" not in told or "{interaction_token}" in told


async def test_the_catalogue_is_counted(parley: World) -> None:
    await ask(parley, "Hello [[ttft=0.05 tps=60 tokens=90]]")
    gateway = parley.gateways[0]
    events = {"event": "MESSAGE_CREATE", "outcome": "handled"}
    assert gateway.sample("discord_gateway_events_total", events) == 1
    assert gateway.sample("discord_gateway_shard_up", {"shard": "0"}) == 1
    assert gateway.sample("parley_admission_decisions_total", {"decision": "admitted", "reason": "free"}) == 1
    assert gateway.sample("parley_reply_edits_total", {"kind": "create", "outcome": "accepted"}) == 1
    assert gateway.sample("parley_reply_duration_seconds_count", {"outcome": "answered"}) == 1
    assert gateway.sample("discord_bot_requests_total") == 1
    assert gateway.sample("discord_bot_errors_total") == 0
    for name in (
        "parley_reply_first_text_seconds",
        "parley_admission_queue_wait_seconds",
        "discord_bot_response_time_seconds",
    ):
        assert gateway.sample(f"{name}_count") == 1
    assert (gateway.sample("parley_reply_edit_staleness_seconds_count") or 0) >= 1
    assert (gateway.sample("discord_bot_memory_usage_bytes") or 0) > 10_000_000
    labels = {
        "http_request_method": "POST",
        "http_route": "/channels/{channel_id}/messages",
        "http_response_status_code": "200",
        "server_address": parley.discord_address.base_url.removeprefix("http://"),
    }
    assert gateway.sample("http_client_request_duration_seconds_count", labels) == 1
    assert gateway.sample("parley_gateway_turns_held") == 0
    assert gateway.sample("parley_admission_queue_depth") == 0


@pytest.mark.parametrize("directive", ["[[error=529 times=9]]"])
async def test_errors_are_counted_under_the_old_name_too(parley: World, directive: str) -> None:
    await ask(parley, f"Hello {directive}")
    assert parley.gateways[0].sample("discord_bot_errors_total") == 1


def _in_trace(parley: World, top: ReadableSpan) -> list[ReadableSpan]:
    assert top.context is not None
    trace = top.context.trace_id
    return [span for span in parley.gateways[0].spans if span.context is not None and span.context.trace_id == trace]


async def test_turns_are_counted_by_outcome_and_by_where_their_text_came_from(parley: World) -> None:
    for person in ("Sam", "Noor"):
        await parley.ended(parley.ask("What is a monad?", person=person))
    gateway = parley.gateways[0]
    for source in ("lead", "stored"):
        assert gateway.sample("parley_turns_total", {"outcome": "answered", "source": source}) == 1
        assert gateway.sample("parley_turn_opening_seconds_count", {"source": source}) == 1
    assert gateway.sample("parley_turns_total", {"outcome": "failed", "source": "lead"}) == 0


async def test_a_turn_without_an_answer_is_counted_by_its_reason(parley: World) -> None:
    gateway = parley.gateways[0]
    overloaded = {"reason": "OVERLOADED"}
    assert gateway.sample("parley_turns_unanswered_total", overloaded) == 0, "what was never seen is 0, not absent"
    await ask(parley, "Hello [[error=529 times=9]]")
    assert gateway.sample("parley_turns_unanswered_total", overloaded) == 1


async def test_a_limit_that_hikari_waits_out_is_counted_all_the_same(parley: World) -> None:
    parley.discord.faults.add(Fault(Kind.LIMIT_SHARED, route=CREATE, seconds=0.2))
    question, _ = await ask(parley, "Hello")
    assert parley.replies(question), "the member notices nothing"
    gateway = parley.gateways[0]
    counted = {scope: gateway.sample("discord_ratelimit_hits_total", {"scope": scope}) for scope in ("shared", "user")}
    assert counted == {"shared": 1, "user": 0}


async def test_an_answer_to_a_click_is_measured_whether_discord_takes_it_or_not(parley: World) -> None:
    question = parley.ask("An essay [[ttft=0.05 tps=40 tokens=4000]]")
    message = await parley.streaming(question)
    parley.discord.faults.add(Fault(Kind.MISSING_PERMISSION, route="callback"))
    parley.click("Noor", message)
    gateway = parley.gateways[0]
    ack = "discord_interaction_ack_seconds_count"
    await parley.until(lambda: gateway.sample(ack, {"outcome": "failed"}) == 1)
    parley.click("Sam", message)
    await parley.ended(question)
    assert gateway.sample(ack, {"outcome": "taken"}) == 1
