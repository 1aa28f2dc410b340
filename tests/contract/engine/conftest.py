"""Every engine over the loopback Claude; each test of this folder runs once on each."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from support.claude_processes import held, launch_of, real_program
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


@pytest.fixture(params=ENGINES)
def unstarted(request: pytest.FixtureRequest, base_url: str, tmp_path: Path) -> Engine:
    """An engine as it is made; what it keeps on the disk is under tmp_path."""
    return ENGINES[request.param](base_url, tmp_path)


@pytest.fixture
async def engine(unstarted: Engine, claude: LoopbackClaude, tmp_path: Path) -> AsyncIterator[Engine]:
    await unstarted.start()
    yield unstarted
    await unstarted.close(1.0)
    await claude.streams_open(0)
    assert held(tmp_path)["directories"] == 0, "a process left its directory behind"
