"""A loopback Claude and a root for processes; at a test's end there is nothing left of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.claude_processes import KEY, Spawn, as_before, held, launch_of, real_program

from parley_executor.engines.claude_cli.launch import Key, Launch
from parley_executor.engines.claude_cli.process import Process
from parley_sandbox.anthropic import LoopbackClaude, Pace


@pytest.fixture
async def claude() -> AsyncIterator[LoopbackClaude]:
    claude = LoopbackClaude(pace=Pace(ttft=0.01, tps=500))
    yield claude
    await claude.streams_open(0)


@pytest.fixture
async def base_url(claude: LoopbackClaude) -> AsyncIterator[str]:
    async with claude.serve() as address:
        yield address.base_url


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "root").mkdir()
    return tmp_path / "root"


@pytest.fixture
def launch(base_url: str, root: Path) -> Launch:
    """The real program."""
    return launch_of(real_program(), root, base_url)


@pytest.fixture
async def spawn(base_url: str, root: Path) -> AsyncIterator[Spawn]:
    """Start processes that are ended with the test; nothing of them may be left then."""
    before = held(root)
    processes: list[Process] = []

    async def spawn(launch: Launch, key: Key = KEY, system: tuple[str, ...] | None = ("You are Parley.",)) -> Process:
        process = await Process.spawned(launch, key)
        processes.append(process)
        if system is not None:
            await process.introduce(system)
        return process

    yield spawn
    for process in processes:
        await process.end(0.0)
    await as_before(root, before)
