"""Every engine over the loopback Claude; each test of this folder runs once on each."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from support.claude_processes import launch_of, real_program
from support.engines import claude_cli, messages_api

from parley_executor.engines.port import Engine
from parley_sandbox.anthropic import LoopbackClaude, Pace

ENGINES: dict[str, Callable[[str, Path], Engine]] = {
    "messages_api": lambda base_url, _: messages_api(base_url),
    "claude_cli": lambda base_url, root: claude_cli(launch_of(real_program(), root, base_url)),
}
FAST = Pace(ttft=0.01, tps=500)


@pytest.fixture
async def claude() -> AsyncIterator[LoopbackClaude]:
    claude = LoopbackClaude(pace=FAST)
    yield claude
    assert claude.live == 0, "a stream was left open"


@pytest.fixture
async def base_url(claude: LoopbackClaude) -> AsyncIterator[str]:
    async with claude.serve() as address:
        yield address.base_url


@pytest.fixture(params=["messages_api", "claude_cli"])
async def engine(
    request: pytest.FixtureRequest, claude: LoopbackClaude, base_url: str, tmp_path: Path
) -> AsyncIterator[Engine]:
    engine = ENGINES[request.param](base_url, tmp_path)
    await engine.start()
    yield engine
    await engine.close(1.0)
    await claude.streams_open(0)
    assert not os.listdir(tmp_path), "a process left its directory behind"
