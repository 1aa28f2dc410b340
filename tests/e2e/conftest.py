"""The end-to-end fixture: a fresh whole system for each test, and what is left when it is over."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from support.crowd import Crowd, two_of_each
from support.members import SET_UPS, Members, members
from support.system import System, system


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here starts real processes; it gets their time."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.timeout(300))


@pytest_asyncio.fixture
async def parley() -> AsyncIterator[System]:
    """One of each service; at the end nothing may still be working."""
    async with system() as running:
        yield running
        await running.quiet()


@pytest_asyncio.fixture
async def crowd() -> AsyncIterator[Crowd]:
    """Members who will ask two gateways and two caches; at the end nothing may still be working."""
    async with two_of_each() as parley:
        yield Crowd(parley)
        await parley.quiet()


@pytest_asyncio.fixture(
    name="members",
    scope="module",
    loop_scope="module",
    params=SET_UPS,
    ids=[one.name for one in SET_UPS],
)
async def members_of_both_set_ups(request: pytest.FixtureRequest) -> AsyncIterator[Members]:
    """Members before one of each in memory, then before two of each on Redis; one system for all tests of a file.

    A test talks in a room of its own. At the end nothing may still be working.
    """
    async with members(request.param) as present:
        yield present
        await present.parley.quiet()
