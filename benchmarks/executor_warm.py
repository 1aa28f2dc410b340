"""X1, X3: how much sooner does a warm `claude` process speak than the notes' one-shot command, and what does it cost?

Overhead: from the question to the first text, minus what Claude itself took from the request to its first text. The rival
is the command of the notes, with the option without which its text would come only when it is whole.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import orjson
from executor_stand import last_ended, upstream
from machine import ForeignLoad, family, worked
from table import Row, percentile
from typing_extensions import override

from parley_executor.engines.claude_cli.engine import ClaudeCli
from parley_executor.engines.claude_cli.keeper import Keeper, PoolWatch
from parley_executor.engines.claude_cli.launch import Key, Launch, found_program
from parley_executor.engines.claude_cli.pool import Limits, Pool, State, Why
from parley_executor.engines.port import Deadline, Delta, EngineError
from parley_executor.model import Message, Request, Role, Text
from parley_sandbox.anthropic import LoopbackClaude, Record

ROUNDS = 9
LEAVES = 30
SECONDS = 60.0
REST = 0.5
"""Seconds in which a fresh process comes to rest, as it would before a question of another conversation."""
KEY = Key("claude-sonnet-5", "", 4096)
MIB = 1024 * 1024
QUESTION = "Say something. [[ttft=0.05 tps=50 tokens=200 text=prose]]"
ENDLESS = "Go on. [[ttft=0.05 tps=50 tokens=2000 text=prose]]"
LIMITS = Limits(processes=4, spares=1, starts=1, idle=300, spare_age=1800, turns=500, resident_bytes=1 << 40)


class Nobody(PoolWatch):
    """Watches nothing."""

    @override
    def spawned(self, seconds: float) -> None: ...
    @override
    def not_spawned(self, error: EngineError) -> None: ...
    @override
    def taken(self, how: str) -> None: ...
    @override
    def ended(self, why: Why) -> None: ...


@dataclass
class Samples:
    """Seconds before the first text, and CPU seconds of the program for a reply."""

    added: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Stand:
    """The engine, its pool, the Claude behind it, and where that is."""

    engine: ClaudeCli
    pool: Pool
    claude: LoopbackClaude
    url: str

    async def rested(self) -> None:
        """Wait until a spare is ready and calm."""
        while not self.pool.count(State.SPARE) or self.pool.count(State.STARTING):
            await asyncio.sleep(0.02)
        await asyncio.sleep(REST)


@asynccontextmanager
async def standing() -> AsyncIterator[Stand]:
    """Run the engine as the executor does."""
    with tempfile.TemporaryDirectory() as root:
        async with upstream() as (claude, url):
            launch = Launch(found_program(None), Path(root), url, api_key="sk-ant-loopback")
            pool = Pool(LIMITS, KEY)
            engine = ClaudeCli(Keeper(launch, pool, KEY, Nobody()))
            await engine.start()
            try:
                yield Stand(engine, pool, claude, url)
            finally:
                await engine.close(1.0)


def request(*texts: str) -> Request:
    """Ask the last of some texts, which a member and Claude say in turn."""
    roles = (Role.USER, Role.ASSISTANT)
    messages = tuple(Message(roles[at % 2], (Text(text),)) for at, text in enumerate(texts))
    return Request("turn", "conversation", KEY.model, ("You are Parley.",), messages, KEY.max_output_tokens)


async def warm(stand: Stand, samples: Samples, *texts: str) -> str:
    """Ask a warm process, and return what it said."""
    asked, first, said = _now(), 0.0, []
    before = {pid: worked(pid) for pid in _children()}
    deadline = Deadline(first_text=asked + SECONDS, end=asked + SECONDS, gap=SECONDS)
    async with aclosing(stand.engine.stream(request(*texts), deadline)) as events:
        async for event in events:
            if isinstance(event, Delta):
                first = first or _now()
                said.append(event.text)
    samples.added.append(first - asked - _own(await last_ended(stand.claude)))
    # Only one of the processes has something to do; others may have gone to make room for a spare.
    samples.cpu.append(max(worked(pid) - before[pid] for pid in _children() if pid in before))
    return "".join(said)


async def cold(stand: Stand, samples: Samples) -> None:
    """Run the notes' command."""
    with tempfile.TemporaryDirectory() as home:
        environment = {"HOME": home, "PATH": os.environ["PATH"], "ANTHROPIC_API_KEY": "sk-ant-loopback"}
        environment |= {"ANTHROPIC_BASE_URL": stand.url, "CLAUDE_CONFIG_DIR": home, "DISABLE_AUTOUPDATER": "1"}
        environment |= {"CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1"}
        asked, before = _now(), os.times()
        process = await asyncio.create_subprocess_exec(
            found_program(None), "-p", QUESTION, "--output-format", "stream-json", "--verbose",
            "--include-partial-messages", env=environment, cwd=home, limit=1 << 24,
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        assert process.stdout is not None
        first = 0.0
        async for line in process.stdout:
            if not first and b"text_delta" in line and orjson.loads(line)["type"] == "stream_event":
                first = _now()
        await process.wait()
    after = os.times()
    samples.added.append(first - asked - _own(await last_ended(stand.claude)))
    samples.cpu.append(after.children_user + after.children_system - before.children_user - before.children_system)


async def left(stand: Stand) -> float:
    """Return the seconds from the reader's cancellation to the closed connection at Claude."""
    begun = asyncio.Event()
    deadline = Deadline(first_text=_now() + SECONDS, end=_now() + SECONDS, gap=SECONDS)

    async def read() -> None:
        async with aclosing(stand.engine.stream(request(ENDLESS), deadline)) as events:
            async for event in events:
                if isinstance(event, Delta):
                    begun.set()

    reading = asyncio.create_task(read())
    await begun.wait()
    at = _now()
    reading.cancel()
    await asyncio.wait([reading])
    record = await last_ended(stand.claude)
    assert record.closed_by_client
    assert record.ended is not None
    return record.ended - at


async def measure() -> list[Row]:
    """Ask in turns: cold, a spare, and twice more in the conversation that it began."""
    one_shot, spare, hot = Samples(), Samples(), Samples()
    leaves, resident = [], []
    with ForeignLoad() as load:
        async with standing() as stand:
            for number in range(ROUNDS):
                await stand.rested()
                resident.append(max(map(_resident, _children())))
                await cold(stand, one_shot)
                await stand.rested()
                texts = [f"{number}. {QUESTION}"]
                texts += [await warm(stand, spare, *texts), QUESTION]
                for samples in (Samples(), hot):
                    await stand.rested()
                    texts += [await warm(stand, samples, *texts), QUESTION]
            for _ in range(LEAVES):
                await stand.rested()
                leaves.append(await left(stand))
    return _rows(one_shot, spare, hot, leaves, resident, load.share)


def _rows(  # noqa: PLR0917 — what was measured, and nothing else
    one_shot: Samples, spare: Samples, hot: Samples, leaves: list[float], resident: list[float], share: float
) -> list[Row]:
    command, rows = 1000 * percentile(one_shot.added, 0.5), []
    for name, samples, goal in (("a fresh spare", spare, 0.35), ("the same conversation", hot, 0.10)):
        added = 1000 * percentile(samples.added, 0.5)
        rows.append(
            Row("X1", f"claude, {name}: added before the first text, p50, ms", added, "the notes' command, cold",
                command, added / command, f"≤ {goal}", added <= goal * command, share)
        )  # fmt: skip
    cpu, rival = percentile(hot.cpu, 0.5), percentile(one_shot.cpu, 0.5)
    gone, memory = 1000 * percentile(leaves, 0.99), percentile(resident, 0.5) / MIB
    return [
        *rows,
        Row("X1", "claude, the same conversation: CPU of a reply of 200 tokens, s", cpu, "the notes' command, cold",
            rival, cpu / rival, "≤ 0.35", cpu <= 0.35 * rival, share),
        Row("X1", "memory of an idle process, MiB", memory, "Anthropic's advice for an agent, MiB", 1024.0,
            memory / 1024, "", met=True, foreign_load=share),
        Row("X3", "claude: cancel → Claude's connection closed, p99, ms", gone, "the goal", 100.0, gone / 100,
            "≤ 100 ms", gone <= 100, share),
    ]  # fmt: skip


def _own(record: Record) -> float:
    assert record.first_delta is not None
    return record.first_delta - record.started


def _children() -> list[int]:
    return family(os.getpid())[1:]


def _resident(pid: int) -> float:
    return float(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _now() -> float:
    return asyncio.get_running_loop().time()
