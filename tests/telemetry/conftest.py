"""One conversation in the whole system, seen by a real Prometheus; every test here asks it afterwards."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.prometheus import Target, needed, prometheus
from support.proofs import Seen
from support.system import LOOK_EVERY, System, system
from support.talk import SETTINGS, Talk

GONE_SECONDS = 20.0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The first test here waits for the conversation."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.timeout(180))


@pytest.fixture(scope="session")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    """Hold the conversation; Prometheus stays for the questions."""
    needed()
    with contextlib.ExitStack() as servers:
        yield asyncio.run(_observe(servers, tmp_path_factory.mktemp("prometheus")))


async def _observe(servers: contextlib.ExitStack, folder: Path) -> Seen:
    async with system(**SETTINGS) as parley:
        server = servers.enter_context(prometheus(folder, _targets(parley)))
        evidence = await Talk(parley, server).hold()
    async with asyncio.timeout(GONE_SECONDS):
        while not await asyncio.to_thread(server.down):  # noqa: ASYNC110 — it looks over HTTP
            await asyncio.sleep(LOOK_EVERY)
    return Seen(evidence, server, time.time())


def _targets(parley: System) -> list[Target]:
    """One job a service. The monitor has no namespace, as nothing has outside Kubernetes: All must show it too."""
    return [
        Target(parley.metrics_address(name), f"parley-{name}", {} if name == "monitor" else {"namespace": "parley"})
        for name in parley.stack.children
    ]
