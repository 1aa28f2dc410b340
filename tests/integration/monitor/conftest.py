from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from support.monitor import Monitor, Peer, peer_of, settings
from support.services import running

from parley_monitor.app import build


@pytest.fixture
async def monitor() -> AsyncIterator[Monitor]:
    async with running(settings(), "parley-monitor", build) as running_monitor:
        yield running_monitor


@pytest.fixture
async def peer(monitor: Monitor) -> AsyncIterator[Peer]:
    async with peer_of(monitor) as connected:
        yield connected
