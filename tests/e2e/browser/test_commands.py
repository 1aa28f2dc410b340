"""Commands, completions, lists and forms of a bot, as a member uses them."""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import expect
from support.browser import Open, a_file
from support.clerk import Office, office


@pytest_asyncio.fixture
async def desk() -> AsyncIterator[Office]:
    async with office() as opened:
        yield opened


async def test_a_command_is_filled_in_with_the_keyboard_alone(desk: Office, opened: Open) -> None:
    visitor = await opened(desk.at("Sam"))
    page = visitor.page
    await visitor.box.press_sequentially("/or")
    await expect(page.get_by_role("listbox").get_by_role("option")).to_contain_text(["/order"])
    await expect(page.locator(".suggestions .option.required")).to_have_text(["drink", "cups"])
    await page.keyboard.press("Enter")
    await page.keyboard.type("tea")
    await expect(page.get_by_role("listbox").get_by_role("option")).to_have_text(["green tea", "black tea"])
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-name='cups'] .bad")).to_have_text("This is needed.")
    await expect(page.get_by_label("cups")).to_be_focused()
    await page.keyboard.type("12")
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-name='cups'] .bad")).to_have_text("9 at most.")
    await page.keyboard.press("Control+a")
    await page.keyboard.type("2")
    await page.keyboard.press("Enter")
    await expect(visitor.newest()).to_contain_text("2 × BLACK TEA")
    await expect(visitor.newest().locator(".command-line")).to_contain_text("Sam used /order")
    await expect(visitor.newest()).to_contain_text("notes.md")
    await expect(visitor.box).to_be_focused()


async def test_a_file_goes_with_a_command(desk: Office, opened: Open) -> None:
    visitor = await opened(desk.at("Sam"))
    page = visitor.page
    await visitor.box.press_sequentially("/order")
    await expect(page.get_by_role("listbox")).to_be_visible()
    await page.keyboard.press("Tab")
    await page.get_by_label("drink").fill("coffee")
    await page.get_by_label("cups").fill("1")
    await page.get_by_label("notes").set_input_files([a_file("wish.txt", b"hot")])
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(visitor.newest()).to_contain_text("1 × coffee, with wish.txt")


async def test_a_command_has_its_name_in_the_language_of_the_person(desk: Office, opened: Open) -> None:
    visitor = await opened(desk.at("Mika"))
    page = visitor.page
    await visitor.box.press_sequentially("/")
    await expect(page.get_by_role("listbox").get_by_role("option").first).to_be_visible()
    await expect(page.get_by_role("listbox")).to_contain_text("/注文")
    await page.keyboard.type("order")
    await expect(page.get_by_role("listbox").get_by_role("option")).to_contain_text(["/注文"])
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("listbox").get_by_role("option")).to_have_count(0)


async def test_an_answer_that_takes_its_time_is_seen_to_be_coming(desk: Office, opened: Open) -> None:
    visitor = await opened(desk.at("Sam"))
    await visitor.ask("/ponder")
    await visitor.page.keyboard.press("Enter")
    await expect(visitor.newest()).to_contain_text("Parley is thinking…")
    desk.clerk.go_on.set()
    await expect(visitor.newest()).to_contain_text("pondered")
    await expect(visitor.page.locator(".thinking")).to_have_count(0)


async def test_a_form_says_what_is_wrong_and_closes_when_it_is_taken(desk: Office, opened: Open) -> None:
    visitor = await opened(desk.at("Sam"))
    page, form = visitor.page, visitor.page.get_by_role("dialog", name="Who are you?")
    await visitor.ask("/form")
    await page.keyboard.press("Enter")
    await expect(form.get_by_label("Name")).to_be_focused()
    for typed, wrong in (
        ("", "This is needed."),
        ("Al", "3 characters at least."),
        ("A" * 11, "10 characters at most"),
    ):
        await form.get_by_label("Name").fill(typed)
        await form.get_by_role("button", name="Submit").click()
        await expect(form.locator(".field .bad").first).to_contain_text(wrong)
    await form.get_by_label("Name").fill("Alma")
    await page.keyboard.press("Enter")
    await expect(form).to_have_count(0)
    await expect(visitor.newest()).to_contain_text("You are Alma")


async def test_a_list_of_several_is_sent_when_it_closes(desk: Office, opened: Open) -> None:
    visitor = await opened(desk.at("Sam"))
    page = visitor.page
    await visitor.ask("/desk")
    await page.keyboard.press("Enter")
    await expect(visitor.newest()).to_contain_text("Only you can see this")
    await visitor.newest().get_by_role("button", name="Colours").click()
    for key in ("Space", "b", "Space", "Enter"):
        await page.keyboard.press(key)
    await expect(visitor.newest()).to_contain_text("Painted red and blue")


@pytest.mark.parametrize(
    ("name", "option", "answer"),
    [("People", "Noor", "Called Noor"), ("Channels", "#help", "Going to #help"), ("Roles", "", "Role ")],
)
async def test_people_channels_and_roles_are_chosen_from_the_place(
    desk: Office, opened: Open, name: str, option: str, answer: str
) -> None:
    visitor = await opened(desk.at("Sam"))
    page = visitor.page
    await visitor.ask("/desk")
    await page.keyboard.press("Enter")
    await visitor.newest().get_by_role("button", name=name).click()
    await page.get_by_role("listbox").get_by_role("option", name=option).first.click()
    await expect(visitor.newest()).to_contain_text(answer)


async def test_nobody_else_sees_what_is_only_for_one_and_one_can_dismiss_it(desk: Office, opened: Open) -> None:
    visitor, other = await opened(desk.at("Sam", "general")), await opened(desk.at("Noor", "general"))
    await visitor.ask("/desk")
    await visitor.page.keyboard.press("Enter")
    await expect(visitor.newest()).to_contain_text("The desk")
    desk.say("Mika", "hello")
    await expect(other.newest()).to_contain_text("hello")
    await expect(other.page.locator("li.message")).to_have_count(1)
    await visitor.page.get_by_role("button", name="Dismiss").click()
    await expect(visitor.page.locator("li.message")).to_have_count(1)
    await visitor.page.reload()
    await expect(visitor.page.locator("li.message")).to_have_text(re.compile("hello"))


async def test_what_nobody_answers_is_said_to_have_failed(desk: Office, opened: Open) -> None:
    visitor = await opened(desk.at("Sam"))
    page = visitor.page
    await visitor.ask("/desk")
    await page.keyboard.press("Enter")
    await visitor.newest().get_by_role("button", name="Nothing").click()
    await expect(visitor.newest().get_by_role("alert")).to_have_text("This interaction failed")
    await visitor.ask("/sulk")
    await page.keyboard.press("Enter")
    await expect(page.locator(".notice")).to_contain_text("/sulk This interaction failed")
    await page.locator(".notice").get_by_role("button", name="Dismiss").click()
    await expect(page.locator(".notice")).to_have_count(0)
