"""Hundreds of turns in which anything goes wrong at any place; afterwards nothing of them is left."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Final

import pytest
import structlog
from opentelemetry.trace import NoOpTracer
from support.claude_processes import as_before, held, running
from support.conversations import ask

from parley_executor import pricing
from parley_executor.engines.port import Engine
from parley_executor.engines.retried import Retried, RetryPolicy
from parley_executor.generation import Generation, Limits
from parley_executor.model import Message, ReplyCompleted, ReplyEvent, ReplyFailed, ReplyText, Role, Text
from parley_executor.slots import Slots
from parley_executor.telemetry import Telemetry
from parley_kit.clock import SystemClock
from parley_kit.faults import Fault
from parley_kit.metrics import Metrics
from parley_sandbox.anthropic import LoopbackClaude, Pace

SEED: Final = 20261122
TURNS: Final = {"messages_api": 500, "claude_cli": 150}
"""Of each engine, so many; one costs processes."""
VOICES: Final = 3
"""Conversations at once; the pool of the tests has four processes."""

MISHAPS: Final = (
    "error=529",
    "error=500",
    "error=429",
    "error=400",
    "cut=0",
    "cut=3",
    "bad=3",
    "sse_error=0",
    "sse_error=3",
    "restart=3",
    "stall=2",
    "stop=refusal",
    "stop=max_tokens",
    "cancel early",
    "cancel late",
    "slow reader",
    "kill",
    "kill any",
)
ONE_IN: Final = 16
"""So many turns meet one mishap: a process that starts anew costs half a second of a core."""


LONGEST: Final = 40
"""After so many messages a conversation begins anew, lest it grow for ever."""


class Voice:
    """One conversation after the other, each of which goes on whatever happens."""

    def __init__(self, name: str, stage: Stage, draw: random.Random) -> None:
        self._name = name
        self._stage = stage
        self._draw = draw
        self._said: list[Message] = []

    async def turn(self, number: int) -> str:
        """Ask once and return what came of it."""
        mishap = self._draw.choice(MISHAPS) if self._draw.randrange(ONE_IN) == 0 else ""
        directive = mishap if "=" in mishap else "tps=40 tokens=20" if mishap else "tokens=4"
        question = Message(Role.USER, (Text(f"{self._name} {number} [[{directive}]]"),))
        request = ask(messages=(*self._said, question), conversation_id=self._name, turn_id=f"{self._name}-{number}")
        told: list[ReplyEvent] = []
        came = asyncio.Event()

        async def emit(event: ReplyEvent) -> None:
            told.append(event)
            if isinstance(event, ReplyText):
                came.set()
                if mishap == "slow reader":
                    await asyncio.sleep(0.05)

        running_turn = asyncio.create_task(self._stage.generation.run(request, 20.0, emit))
        await self._disturb(mishap, running_turn, came)
        outcome = await ended(running_turn, told)
        if len(self._said) >= LONGEST:
            self._said.clear()
        if outcome == "answered":
            text = "".join(event.text for event in told if isinstance(event, ReplyText))
            self._said += [question, Message(Role.ASSISTANT, (Text(text or "…"),))]
        return outcome

    async def _disturb(self, mishap: str, turn: asyncio.Task[None], came: asyncio.Event) -> None:
        if mishap == "cancel early":
            await asyncio.sleep(self._draw.random() * 0.05)
            turn.cancel()
        elif mishap in {"cancel late", "kill"}:
            waiting = asyncio.create_task(came.wait())
            await asyncio.wait([turn, waiting], return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()
            if mishap == "kill":
                self._stage.kill(self._draw)
            else:
                turn.cancel()
        elif mishap == "kill any":
            self._stage.kill(self._draw)


async def ended(turn: asyncio.Task[None], told: list[ReplyEvent]) -> str:
    """Wait for a turn's end: answered, failed in the middle, refused before it began, or cancelled."""
    try:
        await turn
    except asyncio.CancelledError:
        return "cancelled"
    except Fault as fault:
        return fault.reason
    last = told[-1]
    assert isinstance(last, ReplyCompleted | ReplyFailed)
    return "answered" if isinstance(last, ReplyCompleted) else last.reason.value


class Stage:
    """An executor without its gRPC."""

    def __init__(self, engine: Engine, root: Path) -> None:
        self.slots = Slots(VOICES, queue=8, patience=10.0)
        limits = Limits(first_text=10.0, gap=0.5, whole=20.0, join=0.0, buffer=1000)
        retried = Retried(engine, RetryPolicy(), SystemClock(), lambda _reason, _wait: None, draw=lambda: 0.0)
        observer = Telemetry(
            NoOpTracer(), Metrics("parley-executor", "0"), structlog.stdlib.get_logger(), engine.name, self.slots
        )
        self.generation = Generation(
            retried, self.slots, limits, observer, prices=pricing.built_in(), check=lambda _model: None
        )
        self._root = root

    def kill(self, draw: random.Random) -> None:
        """Kill any process of the program, if there are processes."""
        with suppress(ProcessLookupError, IndexError):
            os.kill(draw.choice(sorted(running(self._root))), signal.SIGKILL)


@pytest.mark.timeout(600)
async def test_nothing_is_left_of_hundreds_of_turns_in_which_anything_goes_wrong(
    unstarted: Engine, claude: LoopbackClaude, tmp_path: Path
) -> None:
    claude.pace = Pace(ttft=0.0, tps=2000)
    before = held(tmp_path)
    draw = random.Random(SEED)
    stage = Stage(unstarted, tmp_path)
    await unstarted.start()
    turns = TURNS[unstarted.name]
    numbers = iter(range(turns))
    outcomes: Counter[str] = Counter()

    async def speak(voice: Voice) -> None:
        for number in numbers:
            outcomes[await voice.turn(number)] += 1

    async with asyncio.TaskGroup() as tasks:
        for name in range(VOICES):
            tasks.create_task(speak(Voice(f"voice{name}", stage, random.Random(draw.random()))))
    assert outcomes.total() == turns
    assert outcomes["answered"] > turns * 0.9, outcomes
    assert len(outcomes) > 3, outcomes
    assert (stage.slots.load.busy, stage.slots.load.waiting) == (0, 0)
    assert unstarted.health()
    await claude.streams_open(0)
    await unstarted.close(1.0)
    await as_before(tmp_path, before)
