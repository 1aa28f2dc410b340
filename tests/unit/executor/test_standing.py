from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta

import pytest
from support.conversations import ask, run
from support.engines import FINISHED, SILENCE, STARTED, Script, Scripted
from typing_extensions import override

from parley_executor.engines.port import Delta, EngineError, EngineEvent
from parley_executor.reasons import Reason
from parley_executor.upstream.breaker import OPENERS, BreakerPolicy, Refusal, State
from parley_executor.upstream.guarded import Guarded
from parley_executor.upstream.headroom import LIMITS
from parley_executor.upstream.standing import IN_USE, MOST_MODELS, Outlook, Standing, Watch
from parley_kit.clock import ManualClock, settle

SONNET, OPUS = "claude-sonnet-5", "claude-opus-5"
WELL: Script = (STARTED, Delta("a"), FINISHED)


def limited(seconds: float | None = 9) -> EngineError:
    """Claude's 429."""
    return EngineError(Reason.RATE_LIMITED, retry_after=None if seconds is None else timedelta(seconds=seconds))


def left(share: float) -> Mapping[str, str]:
    """The headers that tell this share of the requests, full in a minute."""
    values = {"limit": "100", "remaining": str(int(share * 100)), "reset": "2026-01-01T00:01:00Z"}
    return {f"anthropic-ratelimit-requests-{name}": value for name, value in values.items()}


class Notes(Watch):
    """Writes down what it hears."""

    def __init__(self) -> None:
        self.told_of: list[str] = []

    @override
    def opened(self, model: str, refusal: Refusal) -> None:
        self.told_of.append(f"opened {model} {refusal.reason.value} {refusal.retry_after.total_seconds():g}")

    @override
    def closed(self, model: str) -> None:
        self.told_of.append(f"closed {model}")

    @override
    def refused(self, refusal: Refusal) -> None:
        self.told_of.append(f"refused {refusal.reason.value}")

    @override
    def told(self, model: str) -> None:
        self.told_of.append(f"told {model}")


class Stage:
    """A guarded engine that plays scripts, on a clock that stands still."""

    def __init__(self, *scripts: Script) -> None:
        self.clock, self.notes, self.engine = ManualClock(), Notes(), Scripted(*scripts)
        self.standing = Standing(self.clock, self.notes, lambda: 0.0, BreakerPolicy())
        self.guarded = Guarded(self.engine, self.standing)

    async def run(self, model: str = SONNET) -> tuple[list[EngineEvent], EngineError | None]:
        return await run(self.guarded, ask("hello", model=model))

    async def refused(self, model: str = SONNET) -> timedelta | None:
        """Ask in vain; return how long to wait, as it is told before and at the call."""
        streams = self.engine.streams
        with pytest.raises(EngineError) as before:
            self.standing.check(model)
        events, error = await self.run(model)
        assert error is not None
        assert (events, self.engine.streams) == ([], streams), "Claude was asked"
        assert (before.value.reason, before.value.retry_after) == (error.reason, error.retry_after)
        return error.retry_after


async def test_a_refusal_of_claudes_keeps_the_next_calls_away_for_as_long_as_claude_wants() -> None:
    stage = Stage([limited(9)], WELL)
    _, error = await stage.run()
    assert error is not None
    await stage.clock.advance(4)
    assert await stage.refused() == timedelta(seconds=5)
    await stage.clock.advance(5)
    assert await stage.run() == (list(WELL), None)
    assert stage.notes.told_of == [
        f"opened {SONNET} RATE_LIMITED 9",
        "refused RATE_LIMITED",
        "refused RATE_LIMITED",
        f"closed {SONNET}",
    ]


async def test_it_closes_when_claude_begins_not_when_the_reply_is_over() -> None:
    stage = Stage([limited()], [STARTED, SILENCE], WELL)
    await stage.run()
    await stage.clock.advance(9)
    probe = asyncio.create_task(stage.run())
    await settle()
    assert await stage.run() == (list(WELL), None)
    probe.cancel()
    await asyncio.wait([probe])
    assert stage.engine.open == 0


async def test_while_one_tries_the_others_stay_away() -> None:
    stage = Stage([limited()], [SILENCE], WELL)
    await stage.run()
    await stage.clock.advance(9)
    probe = asyncio.create_task(stage.run())
    await settle()
    assert await stage.refused() == timedelta(seconds=1)
    probe.cancel()
    await asyncio.wait([probe])
    assert await stage.run() == (list(WELL), None), "who gave up leaves the try to the next"


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason not in OPENERS])
async def test_other_failures_keep_nobody_away(reason: Reason) -> None:
    stage = Stage([EngineError(reason)], WELL)
    await stage.run()
    assert await stage.run() == (list(WELL), None)


async def test_claude_counts_each_model_apart() -> None:
    stage = Stage([limited()], WELL)
    await stage.run(SONNET)
    assert await stage.run(OPUS) == (list(WELL), None)
    await stage.refused(SONNET)


async def test_what_it_could_get_is_told_for_who_decides_where_turns_go() -> None:
    stage = Stage([limited()], [SILENCE], WELL)
    assert stage.standing.outlook() == Outlook()
    await stage.run()
    assert stage.standing.outlook().calls == 0
    await stage.clock.advance(9)
    assert stage.standing.outlook().calls == 1
    probe = asyncio.create_task(stage.run())
    await settle()
    assert stage.standing.outlook().calls == 0
    probe.cancel()
    await asyncio.wait([probe])
    await stage.run()
    assert stage.standing.outlook().calls is None


async def test_one_model_in_trouble_takes_no_slot_from_another_in_use() -> None:
    stage = Stage([limited(600)], WELL)
    stage.standing.note(OPUS, left(0.5))
    stage.standing.note(SONNET, left(0.0))
    await stage.run(SONNET)
    await stage.run(OPUS)
    outlook = stage.standing.outlook()
    assert outlook.calls is None
    assert outlook.headroom is not None
    assert outlook.headroom.least(0.0) == 0.5
    await stage.clock.advance(IN_USE + 1)
    assert stage.standing.outlook().calls == 0, "nobody uses the other one any more"


async def test_what_is_left_is_shown_by_model_and_comes_back() -> None:
    stage = Stage()
    stage.standing.note(SONNET, left(0.0))
    assert [stage.standing.share(SONNET, limit) for limit in LIMITS] == [0, 1, 1]
    assert stage.standing.share(OPUS, "requests") == 1
    await stage.clock.advance(30)
    assert stage.standing.share(SONNET, "requests") == 0.5
    stage.standing.note(SONNET, {})
    assert stage.notes.told_of == [f"told {SONNET}"]


async def test_names_that_callers_make_up_fill_no_memory() -> None:
    stage = Stage(*[WELL] * (MOST_MODELS * 2))
    for number in range(MOST_MODELS * 2):
        await stage.run(f"claude-{number}")
    assert sum(stage.standing.count(state) for state in State) == MOST_MODELS
