from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect
from support.browser import INSTALL, Open, Visitor, executable, launched, visit
from support.system import System


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest_asyncio.fixture
async def browser() -> AsyncIterator[Browser]:
    if executable() is None:
        pytest.skip(INSTALL)
    expect.set_options(timeout=20_000)
    async with async_playwright() as playwright:
        started = await launched(playwright)
        yield started
        await started.close()


@pytest_asyncio.fixture
async def opened(browser: Browser) -> AsyncIterator[Open]:
    """Opens the page at an address; at the end no window may have had an error or asked anything of a stranger."""
    visitors: list[Visitor] = []

    async def open_page(url: str, **context: Any) -> Visitor:
        visitors.append(await visit(browser, url, **context))
        return visitors[-1]

    yield open_page
    for visitor in visitors:
        assert not visitor.errors
        assert not visitor.foreign


@pytest_asyncio.fixture
async def visitor(parley: System, opened: Open) -> Visitor:
    """Somebody who meets Parley for the first time."""
    return await opened(parley.stack.url)
