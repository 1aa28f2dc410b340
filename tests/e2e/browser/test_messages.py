"""A message, and what can be done with it: the menu, files, editing, replying."""

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import expect
from support.browser import Open, Visitor, a_file
from support.clerk import NOTES, Office, office

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d4944415478da63"
    "64f8ffbf1e0005840280cc8e0ee60000000049454e44ae426082"
)
DROP = """([name, text]) => {
    const data = new DataTransfer();
    data.items.add(new File([text], name, { type: "text/plain" }));
    for (const kind of ["dragover", "drop"])
        document.querySelector("#conversation").dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
}"""
PASTE = """([name, text]) => {
    const data = new DataTransfer();
    data.items.add(new File([text], name, { type: "text/plain" }));
    document.querySelector("#message").dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


@pytest_asyncio.fixture
async def desk() -> AsyncIterator[Office]:
    async with office() as opened:
        yield opened


async def menu_of(visitor: Visitor) -> list[str]:
    return list(await visitor.page.get_by_role("menu").get_by_role("menuitem").all_inner_texts())


async def test_the_menu_comes_by_mouse_key_and_finger(desk: Office, opened: Open) -> None:
    desk.say("Sam", "mine")
    visitor = await opened(desk.at("Sam", "general"), has_touch=True)
    page, menu = visitor.page, visitor.page.get_by_role("menu")
    await visitor.newest().click(button="right")
    mine = ["Reply", "Edit", "Copy text", "Start a thread", "Trace", "Delete", "Quote this"]
    await expect(menu).to_be_visible()
    assert await menu_of(visitor) == mine
    await page.keyboard.press("Escape")
    await expect(menu).to_have_count(0)
    await visitor.newest().focus()
    for key in ("ContextMenu", "Enter"):
        await page.keyboard.press(key)
        await expect(menu).to_be_visible()
        await expect(page.get_by_role("menuitem", name="Reply")).to_be_focused()
        await page.keyboard.press("Escape")
        await expect(visitor.newest()).to_be_focused()
    await visitor.newest().hover()
    await visitor.newest().get_by_role("button", name="More").click()
    await expect(menu).to_be_visible()
    await page.keyboard.press("Escape")
    where = await visitor.newest().locator(".content").bounding_box()
    touch = await page.context.new_cdp_session(page)
    points = [{"x": where["x"] + 10, "y": where["y"] + 5}]
    await touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": points})
    await expect(menu).to_be_visible()
    await touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


async def test_what_others_wrote_can_be_answered_and_copied_but_not_changed(desk: Office, opened: Open) -> None:
    desk.say("Noor", "*hers*")
    visitor = await opened(desk.at("Sam", "general"), permissions=["clipboard-read", "clipboard-write"])
    page = visitor.page
    await visitor.newest().click(button="right")
    await page.get_by_role("menuitem", name="Copy text").click()
    assert await page.evaluate("navigator.clipboard.readText()") == "*hers*"
    await visitor.newest().click(button="right")
    assert "Edit" not in await menu_of(visitor)
    assert "Delete" not in await menu_of(visitor)
    await page.get_by_role("menuitem", name="Reply").click()
    await visitor.ask("indeed")
    await expect(visitor.newest().locator(".reply-line")).to_contain_text("Noor")


async def test_one_edits_and_deletes_from_the_menu(desk: Office, opened: Open) -> None:
    desk.say("Sam", "wrogn")
    visitor = await opened(desk.at("Sam", "general"))
    page = visitor.page
    await visitor.newest().focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("menuitem", name="Reply")).to_be_focused()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(visitor.box).to_have_value("wrogn")
    await visitor.ask("wrong")
    await expect(visitor.newest().locator(".edited")).to_be_visible()
    await visitor.newest().click(button="right")
    await page.get_by_role("menuitem", name="Delete").click()
    await expect(page.locator(".welcome")).to_be_visible()


async def test_a_message_command_is_under_apps(desk: Office, opened: Open) -> None:
    desk.say("Noor", "to be or not")
    visitor = await opened(desk.at("Sam", "general"))
    await visitor.newest().click(button="right")
    await visitor.page.get_by_role("group", name="Apps").get_by_role("menuitem", name="Quote this").click()
    await expect(visitor.newest().locator("blockquote")).to_have_text("to be or not")
    await expect(visitor.newest().locator(".command-line")).to_have_text("Sam used Quote this")


async def test_files_go_along_by_button_drop_and_paste(desk: Office, opened: Open) -> None:
    visitor = await opened(desk.at("Sam"))
    page, cards = visitor.page, visitor.page.locator(".attachment")
    await page.locator("input[type=file]").set_input_files(
        [a_file("dot.png", PIXEL, "image/png"), a_file("x.txt", b"x")]
    )
    await page.evaluate(DROP, ["notes.md", NOTES])
    await page.evaluate(PASTE, ["pasted.txt", "pasted"])
    await expect(cards).to_have_count(4)
    await page.get_by_role("button", name="Take off x.txt").click()
    await expect(cards).to_have_count(3)
    await page.get_by_role("button", name="Send").click()
    await expect(cards).to_have_count(0)
    await expect(visitor.newest().locator(".picture img")).to_have_js_property("naturalWidth", 1)
    notes = visitor.newest().get_by_role("button", name="Open notes.md")
    await expect(notes).to_contain_text("line 1")
    await expect(notes).not_to_contain_text("line 30")
    await notes.click()
    await expect(page.get_by_role("dialog")).to_contain_text("line 30")
    await page.keyboard.press("Escape")
    await expect(notes).to_be_focused()


async def test_a_file_that_is_too_large_is_refused_before_it_goes(desk: Office, opened: Open) -> None:
    page = (await opened(desk.at("Sam"))).page
    await page.locator("input[type=file]").set_input_files([a_file("huge.txt", b"x" * (10 * 1024 * 1024 + 1))])
    await expect(page.get_by_role("alert")).to_contain_text("10.0 MB")
    await expect(page.locator(".attachment")).to_have_count(0)
