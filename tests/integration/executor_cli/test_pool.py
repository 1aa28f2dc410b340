"""Real `claude` processes in their pool: who gets which, who is kept, and who goes."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from support.claude_processes import as_before, held, launch_of, real_program, running, script, until
from support.conversations import ask, run, said, text_of, within
from support.engines import PoolRecord, claude_cli

from parley_executor.engines.claude_cli.engine import ClaudeCli
from parley_executor.engines.claude_cli.launch import Launch
from parley_executor.engines.claude_cli.pool import State, Why
from parley_executor.engines.port import EngineError, EngineEvent, Finished, Started
from parley_executor.model import Message, Role, Text
from parley_executor.reasons import Reason
from parley_sandbox.anthropic import LoopbackClaude

LONG = "hello [[tps=20 tokens=5000]]"

Begin = Callable[..., AbstractAsyncContextManager[tuple[ClaudeCli, PoolRecord]]]


@pytest.fixture
def begin(launch: Launch, root: Path) -> Begin:
    """Start an engine with limits of the test; at its end nothing of it may be left."""

    @asynccontextmanager
    async def begin(**limits: Any) -> AsyncIterator[tuple[ClaudeCli, PoolRecord]]:
        before = held(root)
        record = PoolRecord()
        engine = claude_cli(launch, record, **limits)
        await engine.start()
        yield engine, record
        await engine.close(1.0)
        await as_before(root, before)

    return begin


class Talk:
    """A conversation as the gateway asks it: all that was said, each time."""

    def __init__(self, engine: ClaudeCli, name: str = "talk", **fields: Any) -> None:
        self._engine = engine
        self._fields = {"conversation_id": name, **fields}
        self.messages: list[Message] = []

    async def say(self, text: str = "and now? [[tokens=3]]") -> str:
        """Ask, and return the session that answered."""
        question = Message(Role.USER, (Text(text),))
        events, error = await run(
            self._engine, ask(messages=(*self.messages, question), **self._fields), within(20, 30)
        )
        assert error is None
        assert isinstance(events[-1], Finished)
        self.messages += [question, Message(Role.ASSISTANT, (Text(text_of(events)),))]
        return session(events)


def session(events: list[EngineEvent]) -> str:
    first = events[0]
    assert isinstance(first, Started)
    assert first.session
    return first.session


async def test_a_conversation_of_three_turns_stays_on_one_process(begin: Begin) -> None:
    async with begin() as (engine, record):
        talk = Talk(engine, system=("You are Parley.",))
        assert len({await talk.say() for _ in range(3)}) == 1
        assert record.takes == ["spare", "kept", "kept"]


async def test_who_leaves_as_soon_as_the_reply_is_whole_leaves_the_process_to_the_conversation(begin: Begin) -> None:
    async with begin() as (engine, record):
        async with aclosing(engine.stream(ask("one [[exact=1]]"), within())) as events:
            async for event in events:
                if isinstance(event, Finished):
                    break
        await run(engine, ask("one [[exact=1]]", "1", "two"))
        assert record.takes == ["spare", "kept"]


@pytest.mark.parametrize(
    "other",
    [
        {"messages": said("ONE", "1", "two")},
        {"messages": said("one", "2", "two")},
        {"system": ("another",)},
        {"conversation_id": "another"},
        {"max_output_tokens": 2048},
    ],
)
async def test_whatever_differs_is_answered_by_another_process_with_the_right_words(
    begin: Begin, claude: LoopbackClaude, other: dict[str, Any]
) -> None:
    async with begin() as (engine, record):
        events, _ = await run(engine, ask("one [[exact=1]]"))
        fields = {"messages": (Message(Role.USER, (Text("one [[exact=1]]"),)), *said("one", "1", "two")[1:]), **other}
        others, error = await run(engine, ask(**fields), within(20, 30))
        assert error is None
        assert session(others) != session(events)
        assert "kept" not in record.takes
        asked = [block["text"] for message in claude.requests[-1].messages for block in message["content"]]
        assert asked == [part.text for message in fields["messages"] for part in message.parts]


@pytest.mark.parametrize("spoil", ["error=529", "cut=3", "stop=refusal", "stop=max_tokens"])
async def test_after_a_fault_or_an_end_that_spoils_its_history_a_process_goes(begin: Begin, spoil: str) -> None:
    async with begin() as (engine, record):
        await run(engine, ask(f"one [[{spoil} tokens=40]]"))
        await until(lambda: bool(record.ends))
        assert record.ends == [Why.DISCARDED]
        assert (await run(engine, ask("two [[exact=2]]")))[1] is None


async def test_after_a_cancel_the_process_and_its_call_of_claude_are_gone(begin: Begin, claude: LoopbackClaude) -> None:
    async with begin(spares=0) as (engine, record):
        async with aclosing(engine.stream(ask(LONG), within())) as events:
            await anext(events)
        await claude.closed_by_client()
        await until(lambda: record.ends == [Why.DISCARDED])


async def test_a_process_goes_after_so_many_turns_and_the_conversation_goes_on(begin: Begin) -> None:
    async with begin(turns=2) as (engine, record):
        talk = Talk(engine)
        sessions = [await talk.say() for _ in range(3)]
        assert sessions[0] == sessions[1] != sessions[2]
        assert record.ends[0] is Why.TURNS


async def test_a_process_that_has_grown_too_large_goes(begin: Begin) -> None:
    async with begin(resident_bytes=1024) as (engine, record):
        await Talk(engine).say()
        await until(lambda: record.ends == [Why.MEMORY])


async def test_a_kept_process_goes_when_its_conversation_is_silent(begin: Begin) -> None:
    async with begin(idle=0.2, spares=0) as (engine, record):
        await Talk(engine).say()
        await until(lambda: record.ends == [Why.IDLE])


async def test_an_old_spare_is_replaced(begin: Begin, root: Path) -> None:
    async with begin(spare_age=0.5):
        first = running(root)
        await until(lambda: bool(running(root)) and not running(root) & first)


async def test_another_model_takes_the_place_of_the_conversation_that_has_been_silent_longest(begin: Begin) -> None:
    async with begin(processes=2, spares=0) as (engine, record):
        older, newer = Talk(engine, "older"), Talk(engine, "newer")
        await older.say()
        kept = await newer.say()
        await Talk(engine, model="claude-haiku-4-5").say()
        assert record.ends == [Why.DISPLACED]
        assert await newer.say() == kept
        await older.say()


@pytest.mark.parametrize("state", ["spare", "kept"])
async def test_a_process_that_is_killed_while_nobody_uses_it_is_replaced(begin: Begin, root: Path, state: str) -> None:
    async with begin(processes=1) as (engine, record):
        talk = Talk(engine)
        if state == "kept":
            await talk.say()
            await until(lambda: engine._keeper._pool.count(State.KEPT) == 1)
        (pid,) = running(root)
        os.kill(pid, signal.SIGKILL)
        await until(lambda: record.ends == [Why.DIED])
        await talk.say()


async def test_a_process_that_is_killed_at_work_breaks_its_reply_and_no_other(begin: Begin, root: Path) -> None:
    async with begin(processes=2, spares=0, starts=2) as (engine, _):
        bystander = asyncio.create_task(Talk(engine, "bystander").say("hello [[ttft=1 tps=50 tokens=50]]"))
        await asyncio.sleep(0)
        others = running(root)
        broken: list[EngineError] = []
        try:
            async for _event in engine.stream(ask(LONG), within(20, 30)):
                for pid in running(root) - others:
                    os.kill(pid, signal.SIGKILL)
        except EngineError as error:
            broken.append(error)
        assert [(error.reason in {Reason.STREAM_BROKEN, Reason.CHILD_DIED}) for error in broken] == [True]
        await bystander


async def test_when_all_are_busy_one_waits_his_turn_and_no_longer_than_allowed(
    begin: Begin, claude: LoopbackClaude
) -> None:
    async with begin(processes=1) as (engine, _), aclosing(engine.stream(ask(LONG), within())) as events:
        await anext(events)
        late, error = await run(engine, ask("late", conversation_id="late"), within(first_text=0.2))
        assert late == []
        assert error is not None
        assert (error.reason, error.retryable) == (Reason.POOL_FULL, True)
        patient = asyncio.create_task(Talk(engine, "patient").say())
        await asyncio.sleep(0)
        await events.aclose()
        await patient


async def test_who_gives_up_waiting_takes_nothing_with_him(begin: Begin) -> None:
    async with begin(processes=1) as (engine, record):
        async with aclosing(engine.stream(ask(LONG), within())) as events:
            await anext(events)
            waiting = asyncio.create_task(run(engine, ask("late", conversation_id="late")))
            await asyncio.sleep(0.05)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
        await Talk(engine).say()
        assert len(record.takes) == 2


async def test_at_the_end_who_waits_is_told_so(begin: Begin) -> None:
    async with begin(processes=1) as (engine, _), aclosing(engine.stream(ask(LONG), within())) as events:
        await anext(events)
        waiting = asyncio.create_task(run(engine, ask("late", conversation_id="late")))
        await asyncio.sleep(0.05)
        await engine.close(0.0)
        _, error = await waiting
        assert error is not None
        assert error.reason is Reason.DRAINING


async def test_a_program_that_does_not_start_is_told_with_its_own_words(
    base_url: str, root: Path, tmp_path: Path
) -> None:
    broken = script(
        tmp_path / "claude",
        'case "$*" in --version) echo "9.9.9 (Claude Code)";; *) echo "no such luck" >&2; exit 3;; esac',
    )
    engine = claude_cli(launch_of(broken, root, base_url))
    with pytest.raises(EngineError) as caught:
        await engine.start()
    assert caught.value.reason is Reason.START_FAILED
    assert "no such luck" in str(caught.value.__cause__)
    assert not engine.health()
    _, error = await run(engine, ask("hello"))
    assert error is not None
    assert error.reason is Reason.START_FAILED
    await engine.close(0.0)


async def test_a_model_that_no_command_line_can_hold_costs_no_process(begin: Begin, root: Path) -> None:
    async with begin(processes=1) as (engine, record):
        talk = Talk(engine)
        kept = await talk.say()
        _, error = await run(engine, ask("hello", model="--settings={}"))
        assert error is not None
        assert error.reason is Reason.MODEL_NOT_FOUND
        assert (record.failures, record.ends) == ([], [])
        assert await talk.say() == kept


async def test_a_start_that_fails_later_is_told_to_who_waits_and_the_next_one_may_work(
    base_url: str, root: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken"
    program = script(
        tmp_path / "claude",
        f'case "$*" in --version) ;; *) test ! -e {broken} || exit 3;; esac',
        f'exec {real_program()} "$@"',
    )
    record = PoolRecord()
    engine = claude_cli(launch_of(program, root, base_url), record, processes=1, spares=0)
    await engine.start()
    first = Talk(engine)
    await first.say()
    broken.touch()
    _, error = await run(engine, ask("hello", conversation_id="second"))
    assert error is not None
    assert (error.reason, error.retryable) == (Reason.START_FAILED, True)
    assert len(record.failures) == 1
    broken.unlink()
    await Talk(engine, "third").say()
    await engine.close(1.0)
