"""A gateway with all its neighbours."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from support.gateways import World, world

from parley_gateway.settings import GatewaySettings
from parley_kit.settings import listing
from parley_sandbox.discord import GatewaySettings as SandboxGateway


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, _, _ in listing(GatewaySettings):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
async def parley() -> AsyncIterator[World]:
    """One of each."""
    async with world() as everything:
        await everything.start_monitor()
        await everything.start_cache()
        await everything.start_executor()
        await everything.start_gateway()
        await everything.settled()
        yield everything


@pytest.fixture
async def pair() -> AsyncIterator[World]:
    """Two gateways on one cache with short leases."""
    async with world(gateway=SandboxGateway(identify_window=0)) as everything:
        await everything.start_monitor()
        await everything.start_cache(lease=2, settle=0, sweep=0.05)
        await everything.start_executor()
        for _ in range(2):
            await everything.start_gateway(grace=0)
        await everything.settled()
        yield everything
