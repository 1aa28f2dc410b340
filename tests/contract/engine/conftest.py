"""Every engine over the loopback Claude; each test of this folder runs once on each."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from support.engines import messages_api

from parley_executor.engines.port import Engine
from parley_sandbox.anthropic import LoopbackClaude, Pace

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


@pytest.fixture(params=["messages_api"])
async def engine(request: pytest.FixtureRequest, claude: LoopbackClaude, base_url: str) -> AsyncIterator[Engine]:
    engine = {"messages_api": messages_api}[request.param](base_url)
    await engine.start()
    yield engine
    await engine.close(1.0)
    await claude.streams_open(0)
