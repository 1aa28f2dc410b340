from collections.abc import AsyncIterator

import aiohttp
import pytest
from support.loopback_claude import KEY, JumpingClock

from parley_sandbox.anthropic import LoopbackClaude, Pace


@pytest.fixture
def clock() -> JumpingClock:
    return JumpingClock()


@pytest.fixture
def claude() -> LoopbackClaude:
    """In real time, and in a hurry."""
    return LoopbackClaude(pace=Pace(ttft=0, tps=0))


@pytest.fixture
async def api(claude: LoopbackClaude) -> AsyncIterator[aiohttp.ClientSession]:
    async with claude.serve() as address, aiohttp.ClientSession(address.base_url, headers=KEY) as session:
        yield session
