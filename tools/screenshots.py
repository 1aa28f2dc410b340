"""Pictures of the sandbox's page for the docs: the whole system is started, a question asked, the windows looked at."""

import asyncio
import os
import shutil
import sys
from pathlib import Path
from typing import Any, Final

from playwright.async_api import Browser, Page, async_playwright, expect
from scenes import Stage

from parley_sandbox.anthropic import Pace
from parley_sandbox.settings import SandboxSettings
from parley_sandbox.stack import Stack

PLACE: Final = Path(__file__).parent.parent / "docs" / "images"
ARGUMENTS: Final = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync")
WINDOWS: Final[dict[str, dict[str, Any]]] = {
    "page-light": {"viewport": {"width": 1440, "height": 900}, "color_scheme": "light"},
    "page-dark": {"viewport": {"width": 1440, "height": 900}, "color_scheme": "dark"},
    "page-tablet": {"viewport": {"width": 1000, "height": 800}, "color_scheme": "light"},
    "page-phone-ja": {"viewport": {"width": 400, "height": 800}, "color_scheme": "dark", "locale": "ja-JP"},
}


async def main() -> None:
    """Take them all."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        sys.exit("no Chromium: `apt-get install -y chromium`, or name one in CHROMIUM")
    PLACE.mkdir(parents=True, exist_ok=True)
    async with Stack(SandboxSettings(port=0, executors=2)) as stack, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=list(ARGUMENTS))
        address = await _asked(browser, stack.url)
        for name, window in WINDOWS.items():
            await _shot(await _opened(browser, address, **window), name)
        await _shot_of_tabs(await _opened(browser, address, **WINDOWS["page-light"]))
        stage = Stage(stack)
        for scene in await stage.play():
            window = {**WINDOWS["page-light"], "viewport": {"width": 1100, "height": 760}, "locale": scene.locale}
            await _shot(await _opened(browser, stage.address(scene), **window), scene.name)
        stack.claude.pace = Pace(ttft=0.4, tps=25)
        await _shot_while_streaming(await _opened(browser, address, **WINDOWS["page-light"]))
        await browser.close()


async def _asked(browser: Browser, url: str) -> str:
    """Meet the empty page, ask what it suggests, wait for the whole answer and its trace; return the page's address."""
    page = await _opened(browser, url, **WINDOWS["page-light"])
    await expect(page.locator(".chip").first).to_be_visible()
    await _shot(page, "page-first")
    await page.locator(".chip").first.click()
    await expect(page.locator("li.message .meta").last).to_contain_text("done", timeout=60_000)
    await expect(page.locator(".legend")).to_contain_text("cache", timeout=10_000)
    return page.url


async def _shot_of_tabs(page: Page) -> None:
    for tab in ("Load", "Requests"):
        await page.get_by_role("tab", name=tab).click()
        await _shot(page, f"page-{tab.lower()}")


async def _shot_while_streaming(page: Page) -> None:
    """Ask for code and look while it is being written, with the Stop button there and its own trace growing."""
    await page.locator("textarea").fill("@Parley Show me how to retry a call in Python, with code")
    await page.keyboard.press("Enter")
    growing = page.locator("li.message").last
    await expect(growing.get_by_role("button", name="Stop")).to_be_visible(timeout=20_000)
    await expect(growing.locator("pre")).to_be_visible(timeout=60_000)
    await _shot(page, "page-streaming")


async def _opened(browser: Browser, url: str, **window: Any) -> Page:
    context = await browser.new_context(**{"locale": "en-GB", **window})
    page = await context.new_page()
    await page.goto(url)
    await page.locator(".rail, .conversation h1").first.wait_for(state="attached")
    return page


async def _shot(page: Page, name: str) -> None:
    await asyncio.sleep(0.5)  # the stream of events never lets the network be idle; half a second settles everything
    await page.screenshot(path=PLACE / f"{name}.png")
    print(f"docs/images/{name}.png")


if __name__ == "__main__":
    asyncio.run(main())
