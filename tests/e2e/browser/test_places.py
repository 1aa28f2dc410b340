"""Where one talks and as whom: two guilds, direct messages, threads, persons."""

import re
from collections.abc import AsyncIterator

import hikari
import pytest_asyncio
from playwright.async_api import expect
from support.browser import Open
from support.clerk import Office, office


@pytest_asyncio.fixture
async def desk() -> AsyncIterator[Office]:
    async with office() as opened:
        yield opened


async def test_the_place_stays_when_one_becomes_somebody_else(desk: Office, opened: Open) -> None:
    page = (await opened(desk.at("Mika"))).page
    await page.get_by_role("link", name="lab").click()
    await page.get_by_role("combobox", name=re.compile("You are")).select_option(label="Sam · en-US")
    await expect(page.get_by_role("heading", name="# lab")).to_be_visible()
    await expect(page.locator(".conversation > header")).to_contain_text("Workshop")
    await expect(page).to_have_url(re.compile(desk.cast.person("Sam")))


async def test_a_direct_message_is_between_two(desk: Office, opened: Open) -> None:
    visitor = await opened(desk.at("Noor"))
    page = visitor.page
    await page.locator("#rail").get_by_role("link", name="Parley").click()
    await expect(page.get_by_role("heading", name="Parley", exact=True)).to_be_visible()
    await expect(page.locator(".conversation > header")).to_contain_text("Only you and Parley")
    await expect(page.get_by_role("button", name="Start a thread")).to_have_count(0)
    await visitor.ask("between us")
    await expect(visitor.newest()).to_contain_text("between us")
    other = await opened(desk.at("Sam"))
    await other.page.locator("#rail").get_by_role("link", name="Parley").click()
    await expect(other.page.locator(".welcome")).to_contain_text("Just you and Parley")


async def test_a_thread_begins_at_a_message_and_is_put_away(desk: Office, opened: Open) -> None:
    desk.say("Sam", "shall we talk about tea? It is a long matter")
    visitor, other = await opened(desk.at("Sam")), await opened(desk.at("Noor", "general"))
    page = visitor.page
    await visitor.newest().click(button="right")
    await page.get_by_role("menuitem", name="Start a thread").click()
    await page.get_by_label("Name of the thread").fill("")
    await page.get_by_role("button", name="Start a thread").last.click()
    await expect(page.locator("dialog")).to_contain_text("This is needed.")
    await page.get_by_label("Name of the thread").fill("tea")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="tea")).to_be_visible()
    await visitor.ask("green, then")
    await expect(visitor.newest()).to_contain_text("green, then")
    await other.page.locator(".thread-line").click()
    await expect(other.newest()).to_contain_text("green, then")
    await page.reload()
    await expect(page.get_by_role("heading", name="tea")).to_be_visible()
    await page.get_by_role("button", name="Archive").click()
    await expect(page.get_by_role("button", name="Open again")).to_be_visible()
    await page.get_by_role("button", name="# general").click()
    await expect(page.locator("#rail .thread")).to_have_count(0)
    await expect(page.locator(".thread-line")).to_contain_text("tea")


async def test_a_thread_begins_without_a_message(desk: Office, opened: Open) -> None:
    page = (await opened(desk.at("Mika"))).page
    await page.get_by_role("button", name="Start a thread").click()
    await page.get_by_label("Name of the thread").fill("plans")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="plans")).to_be_visible()
    await expect(page.locator("#rail .thread[aria-current]")).to_contain_text("plans")


async def test_the_bot_is_seen_to_be_there(desk: Office, opened: Open) -> None:
    page = (await opened(desk.at("Mika"))).page
    await expect(page.locator("#top .presence")).to_contain_text("online")
    await desk.clerk.bot.update_presence(activity=None, status=hikari.Status.IDLE)
    await expect(page.locator("#top .presence")).to_have_attribute("data-status", "idle")
