from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.conversations import ask, run, within
from support.engines import FINISHED, STARTED, Script, Scripted

from parley_executor.engines.port import Deadline, Delta, EngineError, EngineEvent
from parley_executor.engines.retried import Retried, RetryPolicy
from parley_executor.reasons import PASSING, Reason
from parley_kit.clock import ManualClock


def failing(reason: Reason, after: float | None = None, *, partial: bool = False) -> EngineError:
    wait = None if after is None else timedelta(seconds=after)
    return EngineError(reason, retry_after=wait, partial=partial)


class Notes(list[tuple[Reason, float]]):
    def __call__(self, reason: Reason, wait: float) -> None:
        self.append((reason, wait))


async def play(
    *scripts: Script, deadline: Deadline | None = None
) -> tuple[list[EngineEvent], EngineError | None, Scripted, Notes]:
    """Run the scripts with a jitter of a quarter of its range."""
    engine, clock, notes = Scripted(*scripts), ManualClock(), Notes()
    retried = Retried(engine, RetryPolicy(retries=1, spread=0.5), clock, notes, lambda: 0.25)
    reading = asyncio.create_task(run(retried, ask("hello"), deadline or within()))
    while not reading.done():
        await clock.advance(0.125)
    events, error = await reading
    assert engine.open == 0
    return events, error, engine, notes


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason in PASSING])
async def test_a_failure_that_may_pass_is_tried_once_more(reason: Reason) -> None:
    events, error, engine, notes = await play([failing(reason)], [STARTED, Delta("a"), FINISHED])
    assert (events, error, engine.streams) == ([STARTED, Delta("a"), FINISHED], None, 2)
    assert notes == [(reason, 0.125)]


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason not in PASSING])
async def test_other_failures_are_told_at_once(reason: Reason) -> None:
    events, error, engine, notes = await play([failing(reason)])
    assert (events, engine.streams, notes) == ([], 1, [])
    assert error is not None
    assert error.reason is reason


async def test_the_second_failure_is_told() -> None:
    _, error, engine, _ = await play([failing(Reason.OVERLOADED)], [failing(Reason.CONNECT)])
    assert engine.streams == 2
    assert error is not None
    assert error.reason is Reason.CONNECT


async def test_after_text_there_is_no_second_try() -> None:
    broken = failing(Reason.STREAM_BROKEN, partial=True)
    events, error, engine, _ = await play([STARTED, Delta("a"), broken])
    assert (events, error, engine.streams) == ([STARTED, Delta("a")], broken, 1)


async def test_a_reader_sees_one_start_when_the_second_try_starts_again() -> None:
    events, error, _, _ = await play([STARTED, failing(Reason.CONNECT)], [STARTED, Delta("a"), FINISHED])
    assert (events, error) == ([STARTED, Delta("a"), FINISHED], None)


async def test_what_claude_asks_to_wait_comes_before_the_jitter() -> None:
    _, error, _, notes = await play([failing(Reason.OVERLOADED, after=2.0)], [STARTED, FINISHED])
    assert error is None
    assert notes == [(Reason.OVERLOADED, 2.125)]


async def test_a_wait_that_leaves_no_time_for_the_first_text_is_not_begun() -> None:
    _, error, engine, _ = await play([failing(Reason.OVERLOADED, after=20.0)], deadline=within(first_text=10, whole=99))
    assert engine.streams == 1
    assert error is not None
    assert error.retry_after == timedelta(seconds=20)


@given(draw=st.floats(0, 1), asked=st.none() | st.floats(0, 100), tries=st.integers(1, 4), left=st.floats(-1, 200))
def test_a_wait_is_what_was_asked_plus_its_jitter_and_ends_in_time(
    draw: float, asked: float | None, tries: int, left: float
) -> None:
    policy = RetryPolicy(retries=3, spread=0.5)
    wait = policy.wait(failing(Reason.OVERLOADED, asked), tries, left, lambda: draw)
    least = timedelta(seconds=asked or 0.0).total_seconds()
    if wait is None:
        assert tries > 3 or least + draw * 0.5 * 2 ** (tries - 1) >= left
    else:
        assert least <= wait <= least + 0.5 * 2 ** (tries - 1)
        assert wait < left


async def test_it_is_the_engine_that_it_wraps() -> None:
    engine = Scripted([STARTED])
    retried = Retried(engine, RetryPolicy(), ManualClock(), Notes())
    assert retried.name == "scripted"
    assert await retried.models() == engine.cards
    assert not retried.health()
    with pytest.raises(EngineError):
        await retried.start()
    await retried.close(0)
    assert engine.scripts == []


async def test_closing_it_early_closes_the_engines_stream() -> None:
    engine = Scripted([STARTED, Delta("a"), FINISHED])
    stream = Retried(engine, RetryPolicy(), ManualClock(), Notes()).stream(ask("hello"), within())
    assert await anext(stream) == STARTED
    assert engine.open == 1
    await stream.aclose()
    assert engine.open == 0
