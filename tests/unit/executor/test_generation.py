from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from support.conversations import ask
from support.engines import FINISHED, SILENCE, STARTED, Script, Scripted, deltas
from typing_extensions import override

from parley_executor import pricing
from parley_executor.engines.port import EngineError, Finished, Started
from parley_executor.generation import Generation, Limits
from parley_executor.model import (
    Effort,
    ReplyCompleted,
    ReplyEvent,
    ReplyFailed,
    ReplyStarted,
    ReplyText,
    Request,
    Urgency,
    Usage,
)
from parley_executor.observer import Call, Observer
from parley_executor.reasons import Reason
from parley_executor.slots import Slots
from parley_kit.clock import settle
from parley_kit.faults import Exhausted, Fault, TimedOut, Unavailable


class Notes(Observer, Call):
    """Writes down what the core tells."""

    def __init__(self) -> None:
        self.told: list[str] = []

    @property
    @override
    def trace(self) -> Mapping[str, str]:
        return {"traceparent": "00-1-2-01"}

    @override
    @contextmanager
    def calling(self, request: Request) -> Iterator[Call]:
        self.told.append("calling")
        try:
            yield self
        finally:
            self.told.append("end")

    @override
    def waited(self, seconds: float) -> None:
        self.told.append("waited")

    @override
    def retrying(self, reason: Reason, wait: float) -> None:
        self.told.append("retrying")

    @override
    def started(self, started: Started) -> None:
        self.told.append("started")

    @override
    def first_text(self) -> None:
        self.told.append("first text")

    @override
    def finished(self, finished: Finished) -> None:
        self.told.append("finished")

    @override
    def failed(self, error: EngineError) -> None:
        self.told.append(f"failed {error.reason.value}")


class Stage:
    """A generation over scripted streams, and what its caller was told."""

    def __init__(self, *scripts: Script, join: float = 0.0, whole: float = 10.0, slots: int = 1) -> None:
        self.engine = Scripted(*scripts)
        self.slots = Slots(slots, queue=4, patience=0.01)
        self.notes = Notes()
        limits = Limits(first_text=3.0, gap=4.0, whole=whole, join=join, buffer=100)
        self.unasked: EngineError | None = None
        self.generation = Generation(
            self.engine, self.slots, limits, self.notes, prices=pricing.built_in(), check=self._check
        )
        self.told: list[ReplyEvent] = []

    def _check(self, model: str) -> None:
        assert model == "claude-sonnet-5"
        if self.unasked is not None:
            raise self.unasked

    async def run(self, time_left: float | None = None, **asked: Any) -> list[ReplyEvent]:
        async def emit(event: ReplyEvent) -> None:
            self.told.append(event)

        await self.generation.run(ask("hello", **asked), time_left, emit)
        return self.told

    def over(self) -> bool:
        """Whether nothing is left behind."""
        return self.engine.open == 0 and self.slots.load.busy == 0 and self.slots.load.waiting == 0


async def test_a_reply_is_started_text_completed() -> None:
    stage = Stage([STARTED, *deltas("Hello", " there"), FINISHED])
    started, *texts, completed = await stage.run()
    assert isinstance(started, ReplyStarted)
    assert (started.engine, started.model) == ("scripted", "claude-sonnet-5")
    assert "".join(text.text for text in texts if isinstance(text, ReplyText)) == "Hello there"
    assert isinstance(completed, ReplyCompleted)
    assert (completed.stop_reason, completed.usage) == (FINISHED.stop_reason, FINISHED.usage)
    assert completed.first_text is not None
    assert 0 <= completed.first_text <= completed.total
    assert stage.over()
    assert stage.notes.told == ["waited", "calling", "started", "first text", "finished", "end"]


async def test_an_empty_reply_has_no_time_of_its_first_text() -> None:
    completed = (await Stage([STARTED, FINISHED]).run())[-1]
    assert isinstance(completed, ReplyCompleted)
    assert completed.first_text is None


async def test_text_that_is_there_at_once_goes_together_and_nothing_of_it_waits_for_more() -> None:
    stage = Stage([STARTED, *deltas("a", "b", "c", "d"), SILENCE], join=1e6)
    running = asyncio.create_task(stage.run())
    await settle()
    running.cancel()
    await asyncio.wait([running])
    assert [event.text for event in stage.told if isinstance(event, ReplyText)] == ["abcd"]


async def test_a_failure_before_the_start_is_a_fault_with_its_wait() -> None:
    stage = Stage([EngineError(Reason.RATE_LIMITED, retry_after=timedelta(seconds=9))])
    with pytest.raises(Exhausted) as caught:
        await stage.run()
    assert (caught.value.reason, caught.value.retry_after) == ("RATE_LIMITED", timedelta(seconds=9))
    assert stage.told == []
    assert stage.over()
    assert stage.notes.told == ["waited", "calling", "failed RATE_LIMITED", "end"]


async def test_a_failure_after_the_start_is_told_as_the_end_of_the_reply() -> None:
    error = EngineError(Reason.STREAM_BROKEN, partial=True)
    stage = Stage([STARTED, *deltas("so far"), error])
    assert (await stage.run())[1:] == [ReplyText("so far"), ReplyFailed(Reason.STREAM_BROKEN, True, None)]
    assert stage.over()


async def test_a_failure_between_start_and_text_is_told_as_the_end_with_its_own_reason() -> None:
    wait = timedelta(seconds=2)
    stage = Stage([STARTED, EngineError(Reason.OVERLOADED, retry_after=wait)])
    assert (await stage.run())[-1] == ReplyFailed(Reason.OVERLOADED, True, wait)


async def test_the_engine_gets_the_trace_and_the_clocks() -> None:
    stage = Stage([STARTED, FINISHED])
    now = asyncio.get_running_loop().time()
    await stage.run(time_left=2.0)
    (request, deadline) = stage.engine.asked[0]
    assert request.trace == {"traceparent": "00-1-2-01"}
    assert deadline.gap == 4.0
    assert now + 2.0 <= deadline.end < now + 2.5
    assert now + 3.0 <= deadline.first_text < now + 3.5


async def test_a_reply_that_is_thought_over_may_be_silent_before_its_first_text_as_long_as_in_its_midst() -> None:
    stage = Stage([STARTED, FINISHED])
    now = asyncio.get_running_loop().time()
    await stage.run(effort=Effort.HIGH)
    assert now + 4.0 <= stage.engine.asked[0][1].first_text < now + 4.5


@pytest.mark.parametrize("time_left", [None, 1e6])
async def test_a_reply_never_takes_longer_than_the_longest(time_left: float | None) -> None:
    stage = Stage([STARTED, FINISHED], whole=2.0)
    now = asyncio.get_running_loop().time()
    await stage.run(time_left)
    assert stage.engine.asked[0][1].end < now + 2.5


async def test_who_leaves_stops_claude_and_frees_the_slot() -> None:
    stage = Stage([STARTED, *deltas("a"), SILENCE])
    running = asyncio.create_task(stage.run())
    await settle()
    assert stage.engine.open == 1
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert stage.over()
    assert stage.notes.told[-1] == "end"


async def test_who_leaves_while_reading_slowly_stops_claude_too() -> None:
    stage = Stage([STARTED, *deltas(*["x" * 60] * 50), SILENCE])

    async def never(_: ReplyEvent) -> None:
        await asyncio.Event().wait()

    running = asyncio.create_task(stage.generation.run(ask("hello"), None, never))
    await settle()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert stage.over()


async def test_who_never_reads_is_given_up_after_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("parley_executor.generation.LAST_WORD", 0.01)
    stage = Stage([STARTED, *deltas("a"), SILENCE])

    async def never(_: ReplyEvent) -> None:
        await asyncio.Event().wait()

    with pytest.raises(TimedOut):
        await stage.generation.run(ask("hello"), 0.02, never)
    assert stage.over()


async def test_without_a_free_slot_claude_is_not_called() -> None:
    stage = Stage([STARTED, FINISHED])
    async with stage.slots.hold(Urgency.INTERACTIVE, 1e9):
        with pytest.raises(Exhausted) as caught:
            await stage.run()
    assert caught.value.reason == "POOL_FULL"
    assert stage.engine.streams == 0
    assert stage.notes.told == []


async def test_an_executor_that_ends_refuses_new_work() -> None:
    stage = Stage([STARTED, FINISHED])
    stage.slots.drain(0)
    with pytest.raises(Unavailable):
        await stage.run()


async def test_a_mistake_in_the_engine_is_no_fault_and_leaves_nothing_behind() -> None:
    stage = Stage()  # no script: the stream fails with an IndexError
    with pytest.raises(ExceptionGroup) as caught:
        await stage.run()
    assert not caught.group_contains(Fault)
    assert stage.over()


async def test_a_reply_ends_with_its_cost_by_the_model_that_answered() -> None:
    usage = Usage(input_tokens=10, output_tokens=100)
    stage = Stage([Started("claude-haiku-4-5-20251001", "msg_1"), Finished("end_turn", usage)])
    completed = (await stage.run())[-1]
    assert isinstance(completed, ReplyCompleted)
    assert completed.cost == 10 * 1 + 100 * 5


async def test_a_reply_begins_with_the_cost_of_its_question_and_the_price_of_its_answer() -> None:
    begun = Started("claude-haiku-4-5-20251001", "msg_1", usage=Usage(input_tokens=10))
    started = (await Stage([begun, FINISHED]).run())[0]
    assert isinstance(started, ReplyStarted)
    assert (started.usage, started.cost, started.output_price) == (Usage(input_tokens=10), 10, 5_000_000)


async def test_an_unknown_model_has_an_unknown_cost() -> None:
    completed = (await Stage([Started("claude-nobody-9", "msg_1"), FINISHED]).run())[-1]
    assert isinstance(completed, ReplyCompleted)
    assert completed.cost is None


async def test_what_need_not_be_asked_is_told_without_waiting_for_a_slot() -> None:
    stage = Stage([SILENCE])
    holding = asyncio.create_task(stage.run())
    await settle()
    stage.unasked = EngineError(Reason.RATE_LIMITED, retry_after=timedelta(seconds=9))
    with pytest.raises(Exhausted) as caught:
        await stage.run()
    assert (caught.value.reason, caught.value.retry_after) == ("RATE_LIMITED", timedelta(seconds=9))
    assert (stage.slots.load.waiting, stage.engine.streams) == (0, 1)
    holding.cancel()
    await asyncio.wait([holding])
