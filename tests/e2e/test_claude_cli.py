"""The whole system with the `claude` program behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio
from support.claude_processes import real_program
from support.system import System, system

from parley_kit import semconv
from parley_sandbox.otlp import Span, Trace


@pytest_asyncio.fixture
async def parley() -> AsyncIterator[System]:
    real_program()
    async with system(engine="claude_cli") as running:
        yield running
        await running.quiet()


def calls_of_claude(trace: Trace) -> list[Span]:
    return [span for span in trace.spans if span.name == "chat claude-sonnet-5"]


async def test_a_conversation_of_three_turns_stays_on_one_process_that_the_trace_names(parley: System) -> None:
    sessions = []
    answered = None
    for number in range(3):
        question = parley.ask(
            f"Question {number} [[exact='  Answer {number}.\n\nWith *two* parts  ']]", reply_to=answered
        )
        reply = await parley.reply(question)
        assert reply.text.strip() == f"Answer {number}.\n\nWith *two* parts"
        answered = str(reply.turn["message_ids"][-1])
        trace = await parley.trace(reply.trace_id, lambda trace: bool(calls_of_claude(trace)))
        (call,) = calls_of_claude(trace)
        assert call.attributes[semconv.EXECUTOR_ENGINE] == "claude_cli"
        sessions.append(call.attributes[semconv.EXECUTOR_SESSION])
    assert sessions[0]
    assert len(set(sessions)) == 1
    assert [len(record.messages) for record in parley.executions()] == [1, 3, 5]
