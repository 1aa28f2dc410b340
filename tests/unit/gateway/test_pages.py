from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from support.markdown import assert_fences_are_closed, texts

from parley_gateway.pages import HARD_LIMIT, Page, Pages, width

SMALL = 400


def fed(text: str, pieces: list[int] | None = None, seal: int = SMALL) -> Pages:
    pages, start = Pages(seal), 0
    for size in pieces or []:
        pages.feed(text[start : start + size])
        start += size
    pages.feed(text[start:])
    return pages


def assert_law(text: str, pages: Pages) -> None:
    shown = pages.shown(ended=True)
    assert "".join(page.skipped + page.body for page in shown) + pages.tail == text
    assert not "".join(page.skipped for page in shown).strip()
    assert not pages.tail.strip()
    for before, page in zip([None, *shown], shown, strict=False):
        assert_inserted_lines_are_fences(before, page)


def assert_inserted_lines_are_fences(before: Page | None, page: Page) -> None:
    assert page.content == page.opening + page.body + page.closing
    if page.opening:
        assert before is not None
        assert before.closing.strip(" \t>\n") == page.opening.lstrip(" \t>")[: len(before.closing.strip(" \t>\n"))]
    assert not page.closing.strip(" \t>\n").strip("`~")


@given(texts, st.lists(st.integers(1, 300), max_size=60))
@settings(max_examples=300, deadline=None)
@example("a" + "\n" * 900 + "b", [1] * 60)
@example(" " * 250 + "\n" + " " * 250 + "x", [251, 100])
def test_no_character_is_lost_and_no_page_is_too_long_or_leaves_a_fence_open(text: str, pieces: list[int]) -> None:
    pages = fed(text, pieces)
    assert_law(text, pages)
    for page in pages.shown(ended=True):
        assert page.content.strip()
        assert width(page.content) <= SMALL + 100
        assert_fences_are_closed(page.content)


@given(texts)
@settings(max_examples=150, deadline=None)
def test_a_page_never_passes_the_hard_limit_at_the_real_size(text: str) -> None:
    pages = fed(text * 3, seal=1_900)
    assert_law(text * 3, pages)
    for page in pages.shown(ended=True):
        assert width(page.content) <= HARD_LIMIT
        assert_fences_are_closed(page.content)


@given(texts, st.lists(st.integers(1, 90), max_size=80))
@settings(max_examples=200, deadline=None)
def test_pages_are_the_same_however_the_text_came_in(text: str, pieces: list[int]) -> None:
    whole, piecewise = fed(text), fed(text, pieces)
    assert piecewise.shown(ended=True) == whole.shown(ended=True)
    assert piecewise.shown(ended=False) == whole.shown(ended=False)
    assert piecewise.tail == whole.tail


@given(texts, st.lists(st.integers(1, 200), max_size=60))
@settings(max_examples=150, deadline=None)
def test_sealed_pages_never_change_and_growing_ones_are_always_shown_closed(text: str, pieces: list[int]) -> None:
    pages, start = Pages(SMALL), 0
    sealed: tuple[Page, ...] = ()
    for size in [*pieces, len(text)]:
        pages.feed(text[start : start + size])
        start += size
        assert pages.sealed[: len(sealed)] == sealed
        sealed = pages.sealed
        growing = pages.growing()
        if growing is not None:
            assert_fences_are_closed(growing.content)
            assert width(growing.content) <= SMALL + 100


@given(texts)
@settings(max_examples=150, deadline=None)
def test_each_page_knows_where_it_ends_in_the_text(text: str) -> None:
    for page in fed(text).shown(ended=True):
        assert text[: page.end].endswith(page.body)


@given(st.lists(st.tuples(st.sampled_from(["```", "~~~", "````"]), st.integers(1, 60)), min_size=1, max_size=12))
@settings(max_examples=100, deadline=None)
def test_markdown_reads_each_page_of_code_as_whole_blocks(parts: list[tuple[str, int]]) -> None:
    text = "".join(
        f"Some words here.\n\n{mark}py\n" + "value = compute(1)\n" * lines + f"{mark}\n\n" for mark, lines in parts
    )
    code_lines_shown = 0
    for page in fed(text).shown(ended=True):
        for token in MarkdownIt().parse(page.content + "\n\nafter"):
            if token.type == "fence":
                assert token.info == "py"
                assert "after" not in token.content
                code_lines_shown += token.content.count("value")
    assert code_lines_shown == sum(lines for _, lines in parts)


def test_a_page_is_cut_at_a_blank_line_rather_than_anywhere_later() -> None:
    text = "a" * 250 + "\n\n" + "b" * 50 + "\n" + "c " * 200
    assert fed(text).sealed[0].content == "a" * 250


@pytest.mark.parametrize(
    ("separator", "kept"),
    [("\n", ""), (". ", "."), ("! ", "!"), ("。", "。"), (" ", "")],
    ids=["newline", "sentence", "exclamation", "Japanese sentence", "space"],
)
def test_without_a_better_place_a_page_is_cut_at(separator: str, kept: str) -> None:
    pages = fed("a" * 300 + separator + "b" * 300)
    assert [page.content for page in pages.shown(ended=True)] == ["a" * 300 + kept, "b" * 300]


def test_a_word_longer_than_a_page_is_cut_hard() -> None:
    assert [page.content for page in fed("a" * 900).shown(ended=True)] == ["a" * 400, "a" * 400, "a" * 100]


@pytest.mark.parametrize("grapheme", ["👍🏽", "👩‍👩‍👧", "🇯🇵", "e\u0301\u0323", "☕️", "か\u3099"])
@pytest.mark.parametrize("shift", range(8))
def test_a_hard_cut_keeps_what_readers_see_as_one_character(grapheme: str, shift: int) -> None:
    shown = fed("a" * shift + grapheme * 400).shown(ended=True)
    assert len(shown) > 1
    for page in shown:
        assert page.body.lstrip("a").replace(grapheme, "") == ""


def test_a_whole_code_block_is_pushed_on_when_it_would_be_cut() -> None:
    block = "```py\n" + "x = 1\n" * 30 + "```"
    pages = fed("word " * 60 + "\n\n" + block)
    assert [page.content for page in pages.shown(ended=True)] == [("word " * 60) + "\n", block]


def test_a_long_code_block_goes_on_with_its_marker_and_language() -> None:
    shown = fed("~~~~rust\n" + "let x = 1;\n" * 100 + "~~~~\n\nDone.").shown(ended=True)
    assert len(shown) > 2
    assert all(page.content.startswith("~~~~rust\nlet") and "\n~~~~" in page.content for page in shown)
    assert shown[-1].content.endswith("~~~~\n\nDone.")


def test_a_fence_in_a_list_or_a_quote_is_reopened_at_its_place() -> None:
    listed = fed("1. Do this:\n   ```sh\n" + "   make test\n" * 60 + "   ```\n").shown(ended=True)
    assert listed[1].content.startswith("   ```sh\n   make")
    quoted = fed("> ```sh\n" + "> make test\n" * 60 + "> ```\n").shown(ended=True)
    assert quoted[0].content.endswith("> make test\n> ```")
    assert quoted[1].content.startswith("> ```sh\n> make")


def test_a_fence_opened_behind_a_list_marker_is_reopened_without_the_marker() -> None:
    shown = fed("- ```sh\n" + "  make test\n" * 60 + "  ```\n").shown(ended=True)
    assert shown[1].opening == "  ```sh\n"


def test_the_line_that_closes_a_fence_never_stands_alone_on_a_page() -> None:
    for lines in range(40, 80):
        for last in range(11):
            text = "```py\n" + "x = 12345\n" * lines + "y" * last + "\n```\n\nAnd so on."
            for page in fed(text).shown(ended=True):
                assert page.content.replace("```py", "").replace("```", "").strip()


def test_a_shorter_fence_inside_a_longer_one_is_text() -> None:
    text = "````md\n" + "```py\nx = 1\n```\n" * 60 + "````\n"
    shown = fed(text).shown(ended=True)
    assert all(page.content.startswith("````md\n") and page.content.rstrip().endswith("````") for page in shown)


def test_blank_lines_in_code_survive_a_cut() -> None:
    text = "```\n" + "line of code\n\n\n" * 60 + "```"
    shown = fed(text).shown(ended=True)
    assert len(shown) > 1
    assert {page.skipped for page in shown} == {"", "\n"}  # only the break that the new page is itself


@pytest.mark.parametrize("beginning", ["`", "``", "```", "```p", "~~~", "~~", "  ```"])
def test_half_a_fence_line_is_not_shown_while_it_grows(beginning: str) -> None:
    pages = fed("Look:\n" + beginning)
    assert [page.content for page in pages.shown(ended=False)] == ["Look:\n"]
    assert [page.body for page in pages.shown(ended=True)] == ["Look:\n" + beginning]


@pytest.mark.parametrize("text", ["`x` is a name", "~5 minutes", "a ` b"])
def test_text_with_a_mark_in_it_is_shown_at_once(text: str) -> None:
    assert [page.content for page in fed(text).shown(ended=False)] == [text]


def test_white_space_alone_makes_no_page() -> None:
    pages = fed(" \n" * 2_000)
    assert pages.shown(ended=True) == []
    assert pages.tail == " \n" * 2_000


def test_the_cost_of_a_piece_does_not_grow_with_the_reply() -> None:
    """Counts work, not time: a piece touches the growing page only, and that is bounded."""
    pages = Pages()
    for _ in range(3_000):
        pages.feed("Some more words of a very long reply. ")
        assert len(pages._body) <= 1_924
    assert pages.sealed_count > 50


@pytest.mark.parametrize("seal", [0, 399, 1_990])
def test_a_page_size_that_cannot_hold_is_refused(seal: int) -> None:
    with pytest.raises(ValueError, match="seals at"):
        Pages(seal)
