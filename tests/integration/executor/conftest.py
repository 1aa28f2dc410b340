"""A loopback Claude, and executors before it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from functools import partial

import pytest
from support.executors import Stand, executor
from support.reports import Reports

from parley_executor.settings import ExecutorSettings
from parley_kit.settings import listing
from parley_sandbox.anthropic import LoopbackClaude, Pace


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, _, _ in listing(ExecutorSettings):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
async def claude() -> LoopbackClaude:
    return LoopbackClaude(pace=Pace(ttft=0.02, tps=200))


@pytest.fixture
async def base_url(claude: LoopbackClaude) -> AsyncIterator[str]:
    async with claude.serve() as address:
        yield address.base_url


@pytest.fixture
def start(claude: LoopbackClaude, base_url: str) -> Callable[..., AbstractAsyncContextManager[Stand]]:
    """Start an executor with settings of the test."""
    return partial(executor, claude, base_url)


@pytest.fixture
async def stand(claude: LoopbackClaude, base_url: str) -> AsyncIterator[Stand]:
    """An executor as its defaults make it."""
    async with executor(claude, base_url) as stand:
        yield stand


@pytest.fixture
async def monitor() -> AsyncIterator[Reports]:
    async with Reports().serve() as monitor:
        yield monitor
