from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

import pytest
from typing_extensions import override

from parley_gateway.admission import Admissions
from parley_gateway.capacity import Capacity
from parley_gateway.claims import Broke, Result, Source, Whole
from parley_gateway.model import (
    CapacityMap,
    Completed,
    Delta,
    ExecutionEvent,
    Failed,
    Outcome,
    Request,
    Seat,
    Started,
    Tier,
    Usage,
)
from parley_gateway.ports import Admission, Execution, Executors, TurnWatch
from parley_gateway.turns.meter import Meter
from parley_gateway.turns.produce import ProduceLimits, Producer
from parley_kit.clock import Clock, ManualClock
from parley_kit.faults import Exhausted, Fault, Unavailable

REQUEST = Request("9", "c", "claude", ("Be brief.",), (), 100, timedelta(minutes=10))
STARTED = Started("messages_api", "claude")
DONE = Completed("end_turn", Usage(1, 2))
LOST = Unavailable("UNAVAILABLE", "")
FULL = Exhausted("POOL_FULL", "")
Script = Sequence[ExecutionEvent | Fault | float]
"""What an executor does: events, a fault, or seconds of silence."""


class ScriptedExecution(Execution):
    def __init__(self, script: Script, clock: Clock) -> None:
        self._script, self._clock = script, clock
        self.cancelled = False

    @override
    async def __aiter__(self) -> AsyncIterator[ExecutionEvent]:
        for step in self._script:
            if isinstance(step, float):
                await self._clock.sleep(step)
            elif isinstance(step, Fault):
                raise step
            else:
                yield step

    @override
    def cancel(self) -> None:
        self.cancelled = True


class ScriptedExecutors(Executors):
    """Plays one script after the other, whichever executor is asked."""

    def __init__(self, clock: Clock, *scripts: Script) -> None:
        self._clock, self._scripts = clock, list(scripts)
        self.asked: list[str] = []
        self.executions: list[ScriptedExecution] = []

    @override
    def execute(self, address: str, request: Request) -> Execution:
        self.asked.append(address)
        self.executions.append(ScriptedExecution(self._scripts.pop(0), self._clock))
        return self.executions[-1]


class Notes(TurnWatch, Admission):
    """Notes what it is told, as watch and as sink."""

    traceparent = reference = ""

    def __init__(self, attempts: int = 2) -> None:
        self.text = ""
        self.estimates: list[timedelta | None] = []
        self.decisions: list[tuple[str, str]] = []
        self.troubles: list[tuple[str, str]] = []
        self._attempts = attempts

    def in_line(self, estimate: timedelta | None) -> None:
        self.estimates.append(estimate)

    def asked(self, address: str) -> None:
        del address

    def said(self, text: str) -> None:
        self.text += text

    def anew(self) -> bool:
        self.text, self._attempts = "", self._attempts - 1
        return self._attempts > 0

    @override
    @contextmanager
    def admission(self) -> Iterator[Admission]:
        yield self

    @override
    def decided(self, decision: str, reason: str, *, link: str = "", address: str = "") -> None:
        self.decisions.append((decision, reason))

    @override
    def trouble(self, name: str, act: str) -> None:
        self.troubles.append((name, act))

    @override
    def opened(self, source: Source, conversation_id: str, link: str, seconds: float) -> None: ...

    @override
    def edited(self, kind: str, outcome: str, took: float, staleness: float | None) -> None: ...

    @override
    def first_text(self, seconds: float) -> None: ...

    @override
    def ended(self, outcome: Outcome | None, reason: str, seconds: float) -> None: ...


class Bench:
    def __init__(self, clock: ManualClock, *scripts: Script, free: Sequence[int] = (4, 4), attempts: int = 2) -> None:
        self.clock, self.notes = clock, Notes(attempts)
        self.admissions = Admissions(Capacity(), clock)
        self.show(*free)
        self.executors = ScriptedExecutors(clock, *scripts)
        self.meter = Meter()
        self.producer = Producer(self.admissions, self.executors, clock, ProduceLimits(), self.notes, meter=self.meter)

    def show(self, *free: int) -> None:
        seats = tuple(Seat(f"e{number}", f"e{number}:1", 4, one) for number, one in enumerate(free))
        tier = Tier.NORMAL if seats else Tier.UNAVAILABLE
        self.admissions.update(CapacityMap(tier, seats, "00-map", timedelta(seconds=9)))

    async def run(self) -> Result:
        return await self.producer.run(REQUEST, self.notes)

    def over(self) -> bool:
        """Whether nothing is left: no slot taken, no call open."""
        return self.admissions.capacity.in_use == 0 and all(one.cancelled for one in self.executors.executions)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


async def test_what_claude_says_goes_on_and_its_end_is_told(clock: ManualClock) -> None:
    bench = Bench(clock, [STARTED, Delta("Hel"), Delta("lo"), DONE])
    assert await bench.run() == Whole("end_turn")
    assert bench.meter.used == Usage(1, 2)
    assert bench.notes.text == "Hello"
    assert bench.notes.decisions == [("admitted", "free")]
    assert bench.over()


async def test_a_full_executor_is_passed_over_unseen(clock: ManualClock) -> None:
    bench = Bench(clock, [FULL], [STARTED, Delta("a"), DONE])
    assert await bench.run() == Whole("end_turn")
    assert len(set(bench.executors.asked)) == 2
    assert bench.notes.text == "a"


async def test_an_executor_that_goes_before_its_first_word_costs_no_attempt(clock: ManualClock) -> None:
    bench = Bench(clock, [STARTED, LOST], [LOST], [STARTED, Delta("a"), DONE], attempts=1)
    assert await bench.run() == Whole("end_turn")


async def test_an_executor_that_goes_in_the_middle_begins_another_attempt(clock: ManualClock) -> None:
    bench = Bench(clock, [STARTED, Delta("old"), LOST], [STARTED, Delta("new"), DONE])
    assert await bench.run() == Whole("end_turn")
    assert bench.notes.text == "new"
    assert bench.notes.troubles == [("EXECUTOR_LOST_TALKING", "ANEW")]


async def test_the_second_such_loss_is_told(clock: ManualClock) -> None:
    bench = Bench(clock, [STARTED, Delta("one"), LOST], [STARTED, Delta("two"), LOST])
    assert await bench.run() == Broke("STREAM_BROKEN", retryable=True)
    assert bench.over()


async def test_no_attempt_is_begun_beyond_the_last(clock: ManualClock) -> None:
    bench = Bench(clock, [STARTED, Delta("one"), LOST], attempts=1)
    assert await bench.run() == Broke("STREAM_BROKEN", retryable=True)


async def test_a_failure_of_claude_is_told_at_once(clock: ManualClock) -> None:
    later = Unavailable("OVERLOADED", "", retry_after=timedelta(seconds=5))
    bench = Bench(clock, [later])
    assert await bench.run() == Broke("OVERLOADED", retryable=True, retry_after=timedelta(seconds=5))


async def test_a_failure_in_the_middle_is_claudes_own_word(clock: ManualClock) -> None:
    bench = Bench(clock, [STARTED, Delta("a"), Failed("STREAM_BROKEN", retryable=True)])
    assert await bench.run() == Broke("STREAM_BROKEN", retryable=True)
    assert bench.notes.text == "a"


async def test_an_end_without_a_last_word_counts_as_a_loss(clock: ManualClock) -> None:
    bench = Bench(clock, [STARTED, Delta("a")], [STARTED, Delta("b"), DONE])
    assert await bench.run() == Whole("end_turn")
    assert bench.notes.text == "b"


@pytest.mark.parametrize(
    ("script", "seconds"),
    [
        ([STARTED, 999.0], 30),
        ([STARTED, Delta("a"), 999.0], 120),
        ([STARTED, *([Delta("a"), 100.0] * 9)], 600),
    ],
)
async def test_claudes_silence_has_an_end(clock: ManualClock, script: Script, seconds: float) -> None:
    bench = Bench(clock, script)
    running = asyncio.create_task(bench.run())
    await clock.advance(seconds - 0.1)
    assert not running.done()
    await clock.advance(0.2)
    assert await running == Broke("TIMED_OUT", retryable=True)
    assert bench.over()


async def test_what_a_broken_reply_used_is_known(clock: ManualClock) -> None:
    begun = Started("messages_api", "claude", Usage(input_tokens=10, cost=20), output_price=5_000_000)
    bench = Bench(clock, [begun, Delta("eight by"), Failed("STREAM_BROKEN")])
    assert await bench.run() == Broke("STREAM_BROKEN")
    assert bench.meter.used == Usage(input_tokens=10, output_tokens=2, cost=30)


async def test_who_waits_for_a_slot_is_told_after_3_s(clock: ManualClock) -> None:
    bench = Bench(clock, [STARTED, Delta("a"), DONE], free=(0,))
    running = asyncio.create_task(bench.run())
    await clock.advance(2.9)
    assert bench.notes.estimates == []
    await clock.advance(0.2)
    assert bench.notes.estimates == [timedelta(seconds=9)]
    bench.show(1)
    await clock.advance(0.1)
    assert await running == Whole("end_turn")


@pytest.mark.parametrize(("free", "reason"), [((0,), "POOL_FULL"), ((), "NO_EXECUTOR")])
async def test_nobody_waits_for_a_slot_for_ever(clock: ManualClock, free: Sequence[int], reason: str) -> None:
    bench = Bench(clock, free=free)
    running = asyncio.create_task(bench.run())
    await clock.advance(121)
    assert await running == Broke(reason, retryable=True, retry_after=timedelta(seconds=9))
    assert bench.notes.decisions == [("refused", reason)]
    assert bench.admissions.waiting == 0


async def test_cancelling_stops_claude_and_frees_the_slot(clock: ManualClock) -> None:
    bench = Bench(clock, [STARTED, Delta("a"), 999.0])
    running = asyncio.create_task(bench.run())
    await clock.advance(1)
    running.cancel()
    await asyncio.wait({running})
    assert bench.over()
