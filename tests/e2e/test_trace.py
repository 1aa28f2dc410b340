"""One trace from the Discord event to the last edit; each edge that telemetry promises is there."""

from __future__ import annotations

from support.system import System

from parley_sandbox.otlp import Trace, service_edges

ROOT = "discord MESSAGE_CREATE"


def is_complete(trace: Trace) -> bool:
    return any(span.name == ROOT for span in trace.spans) and {"cache", "executor"} <= {
        span.service for span in trace.spans
    }


async def test_a_reply_is_one_trace_with_every_edge(parley: System) -> None:
    reply = await parley.reply(parley.ask("Hello [[ttft=0.1 tps=60 tokens=120]]"))
    trace = await parley.trace(reply.trace_id, is_complete)
    roots = [span for span in trace.spans if span.parent_id not in {one.span_id for one in trace.spans}]
    assert [root.name for root in roots] == [ROOT]
    assert {("gateway", "cache"), ("gateway", "executor")} <= set(service_edges(trace))
    names = {(span.service, span.name) for span in trace.spans}
    assert ("gateway", "POST /channels/{channel_id}/messages") in names
    assert ("gateway", "PATCH /channels/{channel_id}/messages/{message_id}") in names
    assert ("executor", "chat claude-sonnet-5") in names


async def test_the_call_to_claude_carries_the_trace(parley: System) -> None:
    reply = await parley.reply(parley.ask("Hello"))
    assert reply.trace_id in parley.executions()[0].traceparent


async def test_the_admission_links_to_the_monitors_assessment(parley: System) -> None:
    reply = await parley.reply(parley.ask("Hello"))
    trace = await parley.trace(reply.trace_id, is_complete)
    admission = next(span for span in trace.spans if span.name == "admission")
    linked = await parley.trace(admission.links[0].trace_id, lambda trace: bool(trace.spans))
    assert {span.service for span in linked.spans} == {"monitor"}
    assert admission.links[0].span_id in {span.span_id for span in linked.spans}


async def test_no_text_and_no_secret_is_in_a_span_or_a_log(parley: System) -> None:
    secret = "marzipan-and-quicksilver"
    reply = await parley.reply(parley.ask(f"Please repeat exactly [[exact={secret}-answer]] {secret}"))
    assert secret in reply.text
    trace = await parley.trace(reply.trace_id, is_complete)
    said = [repr(span) for span in trace.spans]
    said += [line for child in parley.stack.children.values() for line in child.lines]
    for line in said:
        assert secret not in line
        assert parley.stack.discord.token not in line
