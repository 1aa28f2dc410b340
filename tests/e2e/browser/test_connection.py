"""The page and its one stream of events."""

import contextlib
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

from playwright.async_api import expect
from support.browser import Open
from support.loopback import Cast
from support.page import playground

from parley_sandbox.anthropic import LoopbackClaude
from parley_sandbox.discord import LoopbackDiscord
from parley_sandbox.otlp import TraceStore
from parley_sandbox.ports import listening_socket
from parley_sandbox.web.server import Sandbox, serve_page


@contextlib.asynccontextmanager
async def served(discord: LoopbackDiscord, port: int) -> AsyncIterator[str]:
    sandbox = Sandbox(discord=discord, claude=LoopbackClaude(), traces=TraceStore())
    async with serve_page(sandbox, listening_socket("127.0.0.1", port)) as url:
        yield url


async def test_a_lost_sandbox_is_said_and_found_again(opened: Open) -> None:
    discord = LoopbackDiscord()
    cast = Cast(discord)
    async with served(discord, 0) as url:
        visitor = await opened(url)
        await expect(visitor.page.locator(".welcome")).to_be_visible()
        await expect(visitor.page.locator("#lost")).to_be_hidden()
    await expect(visitor.page.locator("#lost")).to_be_visible()
    discord.people.say(cast.person("Sam"), cast.channel("Orchard", "general"), "said while you were away")
    async with served(discord, urlsplit(url).port or 0):
        await expect(visitor.page.locator("#lost")).to_be_hidden()
        await expect(visitor.page.locator("li.message")).to_contain_text("said while you were away")
        # What the browser says by itself while nobody answers is no fault of the page.
        visitor.errors[:] = [error for error in visitor.errors if "net::ERR" not in error]
        await visitor.page.close()


async def test_with_the_real_discord_there_is_nothing_to_write_in(opened: Open) -> None:
    async with playground(discord_is_real=True, claude_is_real=True) as (_, url):
        visitor = await opened(url)
        await expect(visitor.page.locator(".welcome")).to_contain_text("the real Discord")
        await expect(visitor.page.locator(".sources")).to_contain_text("Discord: real")
        await expect(visitor.box).to_be_hidden()
        await expect(visitor.page.locator("#rail")).to_be_hidden()
        await visitor.page.close()


async def test_what_somebody_writes_cannot_become_part_of_the_page(opened: Open) -> None:
    async with playground() as (sandbox, url):
        cast = Cast(sandbox.discord)
        evil = '<img src=x onerror="document.title=\'taken\'"> [x](javascript:alert(1)) ```"><script>1</script>\nx\n```'
        visitor = await opened(url)
        sandbox.discord.people.say(cast.person("Sam"), cast.channel("Orchard", "general"), evil)
        await expect(visitor.page.locator("li.message")).to_contain_text("<img src=x")
        assert await visitor.page.title() == "#general · Parley"
        assert await visitor.page.locator("li.message :is(img, script, a)").count() == 0
        await visitor.page.close()
