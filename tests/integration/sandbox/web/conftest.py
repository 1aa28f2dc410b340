from collections.abc import AsyncIterator

import aiohttp
import pytest
from support.loopback import Cast
from support.page import Page, playground

from parley_sandbox.web.server import Sandbox


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with playground() as (sandbox, _):
        yield sandbox


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    """A sandbox without services, its page served, and somebody who asks."""
    async with playground() as (sandbox, url), aiohttp.ClientSession(url) as http:
        yield Page(sandbox, url, http, Cast(sandbox.discord))
