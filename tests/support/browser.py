"""A headless Chromium, and pages of it that remember every error of their console."""

import os
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final

from playwright.async_api import Browser, FilePayload, Page, Playwright

ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
INSTALL: Final = "no Chromium: `apt-get install -y chromium`, or name one in CHROMIUM"


def executable() -> str | None:
    """Where Chromium is, if it is here."""
    named = os.environ.get("CHROMIUM")
    return named or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


async def launched(playwright: Playwright) -> Browser:
    """A browser that asks nothing of the world outside."""
    return await playwright.chromium.launch(executable_path=executable(), args=list(ARGUMENTS))


def a_file(name: str, content: bytes, kind: str = "text/plain") -> FilePayload:
    """Something to put into a file input."""
    return FilePayload(name=name, mimeType=kind, buffer=content)


@dataclass
class Visitor:
    """Somebody at a page."""

    page: Page
    errors: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    @property
    def box(self) -> Any:
        return self.page.locator("#message")

    async def ask(self, text: str) -> None:
        await self.box.fill(text)
        await self.box.press("Enter")

    def newest(self) -> Any:
        return self.page.locator("li.message").last

    async def fits(self) -> bool:
        """Whether nothing is wider than the window."""
        return bool(await self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


Open = Callable[..., Awaitable[Visitor]]
"""Opens the page at an address, with what a browser's context can be told."""


async def visit(browser: Browser, url: str, **context: Any) -> Visitor:
    """Open the page in a window of its own."""
    opened = await browser.new_context(**{"viewport": {"width": 1440, "height": 900}, "locale": "en-GB", **context})
    visitor = Visitor(await opened.new_page())
    page = visitor.page
    page.set_default_timeout(20_000)
    page.on("console", lambda said: visitor.errors.append(said.text) if said.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: visitor.errors.append(str(error)))
    home = url.split("?", 1)[0]
    page.on("request", lambda asked: None if asked.url.startswith(home) else visitor.foreign.append(asked.url))
    await page.goto(url)
    return visitor
