"""The first minute of a stranger, and the same with the keyboard, on a telephone, in the dark, in Japanese."""

import re

from playwright.async_api import expect
from support.browser import Open, Visitor
from support.system import System

SLOW = "Tell a story. [[ttft=0.6 tps=40 tokens=200]]"


async def test_a_suggested_question_is_answered_and_its_trace_is_there(visitor: Visitor, parley: System) -> None:
    page = visitor.page
    await page.locator(".chip").first.click()
    await expect(page.get_by_text("Parley is typing…")).to_be_visible()
    await expect(page.get_by_role("button", name="Stop")).to_be_visible()
    await expect(visitor.newest().locator(".meta")).to_contain_text("done")
    await expect(visitor.newest().locator(".app")).to_have_text("APP")
    await expect(visitor.newest().locator(".reply-line")).to_contain_text("Mika")
    await expect(page.get_by_role("button", name="Stop")).to_have_count(0)
    shown = await visitor.newest().locator(".content").inner_text()
    assert parley.executions()[0].text.split()[0] in shown
    for party in ("gateway", "cache", "executor", "Claude", "Discord"):
        await expect(page.locator(".legend")).to_contain_text(party)
    await expect(page.locator(".figures")).to_contain_text("first text")


async def test_the_words_stream_in_and_stop_keeps_them(visitor: Visitor) -> None:
    page = visitor.page
    await visitor.ask("@Parley Write an essay. [[ttft=0.1 tps=30 tokens=2000]]")
    await expect(visitor.newest().locator(".content")).to_contain_text(re.compile(r".{150}", re.DOTALL))
    before = (await visitor.newest().locator(".content").inner_text())[:100]
    await page.get_by_role("button", name="Stop").click()
    await expect(page.get_by_role("button", name="Stop")).to_have_count(0)
    await expect(page.locator("li.message .meta").last).to_contain_text("stopped")
    assert before in await page.locator("li.message .content").nth(1).inner_text()


async def test_one_who_addresses_nobody_is_told_how_to_be_heard(visitor: Visitor) -> None:
    await visitor.box.fill("hello?")
    await visitor.page.get_by_role("button", name="Add @Parley").click()
    await expect(visitor.box).to_have_value("@Parley hello?")


async def test_everything_goes_with_the_keyboard(visitor: Visitor) -> None:
    page = visitor.page
    await visitor.box.press_sequentially("@Par")
    await page.keyboard.press("Enter")
    await expect(visitor.box).to_have_value("@Parley ")
    await visitor.box.press_sequentially("hello")
    await page.keyboard.press("Enter")
    await expect(visitor.newest().locator(".meta")).to_contain_text("done")
    await page.keyboard.press("Shift+Tab")
    while not await page.evaluate("document.activeElement.matches('li.message')"):
        await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("End")
    await page.keyboard.press("r")
    await expect(page.locator(".mode")).to_contain_text("Replying to Parley")
    await page.keyboard.press("Escape")
    await expect(page.locator(".mode")).to_be_hidden()
    await page.keyboard.press("ArrowUp")
    await expect(visitor.box).to_have_value("@Parley hello")
    await page.keyboard.press("Escape")
    await page.keyboard.press("Alt+ArrowDown")
    await expect(page.get_by_role("heading", name="# help")).to_be_visible()
    await page.keyboard.press("Alt+ArrowUp")
    await page.locator(".rows").focus()
    await page.keyboard.press("ArrowDown")
    await expect(page.locator(".span-row[aria-selected='true']")).to_have_count(1)
    await expect(page.locator(".span-row").nth(1)).to_have_attribute("aria-selected", "true")
    await page.keyboard.press("l")
    await expect(page.get_by_role("tab", name="Load")).to_have_attribute("aria-selected", "true")
    await page.keyboard.press("q")
    await expect(page.locator(".request").first).to_contain_text("POST messages")
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.keyboard.press("m")
    await expect(visitor.box).to_be_focused()


async def test_a_message_is_edited_and_deleted_where_it_stands(visitor: Visitor) -> None:
    page = visitor.page
    await visitor.ask("only to myself")
    await expect(visitor.newest()).to_contain_text("only to myself")
    await visitor.box.press("ArrowUp")
    await visitor.ask("only to **me**")
    await expect(visitor.newest().locator("strong")).to_have_text("me")
    await expect(visitor.newest().locator(".edited")).to_be_visible()
    await visitor.newest().hover()
    await visitor.newest().get_by_role("button", name="Delete").click()
    await expect(page.locator(".welcome")).to_be_visible()


async def test_only_finished_messages_are_announced(visitor: Visitor, parley: System) -> None:
    log = visitor.page.get_by_role("log")
    await visitor.ask(f"@Parley {SLOW}")
    await expect(visitor.page.get_by_role("button", name="Stop")).to_be_visible()
    await expect(log).to_be_empty()
    await expect(visitor.newest().locator(".meta")).to_contain_text("done")
    await expect(log.locator("p")).to_have_count(1)
    await expect(log).to_contain_text(parley.executions()[0].text.split()[-1])


async def test_a_reload_shows_the_same(visitor: Visitor) -> None:
    page = visitor.page
    await page.get_by_role("link", name="lab").click()
    await visitor.ask("@Parley hello")
    await expect(page.locator(".waterfall")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.get_by_role("tab", name="Requests").click()
    await page.reload()
    await expect(page.get_by_role("heading", name="# lab")).to_be_visible()
    await expect(page.get_by_role("tab", name="Requests")).to_have_attribute("aria-selected", "true")
    await expect(page.locator("li.message.chosen")).to_have_count(2)
    await page.go_back()
    await expect(page.get_by_role("heading", name="# general")).to_be_visible()


async def test_another_person_sees_the_channel_but_not_the_direct_messages(visitor: Visitor) -> None:
    page = visitor.page
    await visitor.ask("hello all")
    await page.locator("#rail").get_by_role("link", name="Parley").click()
    await visitor.ask("just for us")
    await expect(page.locator("li.message").nth(1)).to_be_visible()
    await page.get_by_role("combobox", name=re.compile("You are")).select_option(label="Noor · en-GB")
    await expect(page.locator(".welcome")).to_be_visible()
    await page.locator("#rail").get_by_role("link", name="general").first.click()
    await expect(page.locator("li.message")).to_contain_text("hello all")


async def test_a_telephone_in_the_dark_in_japanese(parley: System, opened: Open) -> None:
    visitor = await opened(
        parley.stack.url,
        viewport={"width": 360, "height": 740},
        locale="ja-JP",
        color_scheme="dark",
        reduced_motion="reduce",
    )
    page = visitor.page
    await page.locator(".chip").first.click()
    await expect(visitor.newest().locator(".meta")).to_contain_text("完了")
    assert await visitor.fits()
    assert await page.evaluate("document.documentElement.lang") == "ja"
    ground = await page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert all(int(part) < 60 for part in re.findall(r"\d+", ground))
    await page.get_by_role("button", name="インスペクター").click()
    await expect(page.locator(".waterfall")).to_be_in_viewport()
    assert await visitor.fits()
    await page.keyboard.press("Escape")
    await expect(page.locator("#inspector")).to_be_hidden()
    await page.get_by_role("button", name="チャンネルと人").click()
    await page.get_by_role("link", name="lab").click()
    await expect(page.locator("#rail")).to_be_hidden()
    await expect(page.get_by_role("heading", name="# lab")).to_be_visible()


async def test_a_fault_is_injected_and_seen(visitor: Visitor) -> None:
    page = visitor.page
    await page.get_by_role("tab", name="Load").click()
    await expect(page.locator(".executor .slots i")).to_have_count(4)
    await page.locator("summary", has_text="Claude").click()
    await page.get_by_role("button", name="Inject: authentication error").click()
    await expect(page.locator(".fault.active")).to_contain_text("authentication error")
    await visitor.ask("@Parley hello")
    await expect(page.locator("li.message .meta").last).to_contain_text("failed")
    await expect(page.locator(".fault.active")).to_have_count(0)
