from __future__ import annotations

import re
from collections import Counter

from hypothesis import example, given, settings
from hypothesis import strategies as st
from support.markdown import assert_fences_are_closed, texts

from parley_gateway.pages import HARD_LIMIT, Page, Pages, width
from parley_gateway.redrawn import MOST, Redrawn

SMALL = 400
TABLE = "| a | b |\n|---|--:|\n| one | 1 |\n| two | 22 |\n"

words = st.sampled_from(
    ["one", "two words", "日本語", "👍🏽", "x" * 30, "`code`", "**bold**", "", r"a\|b", "a link https://x.y"]
)
rows = st.lists(words, min_size=1, max_size=4).map(lambda cells: "| " + " | ".join(cells) + " |\n")
tables = st.builds(
    lambda heads, lines, bare: (
        "| " + " | ".join(heads) + " |\n" + "|" + ":-:|" * len(heads) + "\n" + "".join(lines) + bare
    ),
    st.lists(st.sampled_from(["Head", "見出し", "n"]), min_size=1, max_size=4),
    st.lists(rows, max_size=40),
    st.sampled_from(["", "\n", "\n", "a | b\n", "prose\n", "```\n| a |\n|---|\n```\n", "> | q |\n> |---|\n"]),
)
mixed = st.lists(st.one_of(tables, tables, texts), max_size=5).map("".join)
bars = st.text(alphabet="|-: \n`ab\r~>", max_size=200)
sizes = st.lists(st.integers(1, 120), max_size=80)


def fed(text: str, pieces: list[int] | None = None, seal: int = SMALL) -> Redrawn:
    pages, start = Redrawn(seal), 0
    for size in pieces or []:
        pages.feed(text[start : start + size])
        start += size
    pages.feed(text[start:])
    return pages


def shown(text: str, seal: int = SMALL) -> str:
    return "".join(page.content for page in fed(text, seal=seal).shown(ended=True))


def spoken(text: str) -> str:
    """A text without the marks that a redrawn table may lose or gain, and without what shows nothing."""
    return re.sub(r"[\s\x00-\x1f\x7f-\x9f|`*~:>+\\–-]+", "", text)


@given(st.one_of(mixed, bars), sizes)
@settings(max_examples=300, deadline=None)
@example("x" * 200 + "\r\n", [201])
@example("|a|\n|-|\n" + " " * 300 + "|", [260])
def test_what_is_shown_is_the_same_however_the_text_came_in(text: str, pieces: list[int]) -> None:
    whole, piecewise = fed(text), fed(text, pieces)
    assert piecewise.shown(ended=True) == whole.shown(ended=True)
    assert piecewise.shown(ended=False) == whole.shown(ended=False)
    assert piecewise.text == text


@given(mixed)
@settings(max_examples=200, deadline=None)
def test_nothing_is_lost(text: str) -> None:
    pages = fed(text, seal=1_900).shown(ended=True)
    assert Counter(spoken(text)) <= Counter(spoken("\n".join(page.content for page in pages)))


@given(texts.filter(lambda text: "-|" not in text))
@settings(max_examples=150, deadline=None)
def test_without_a_table_the_pages_are_those_of_the_text(text: str) -> None:
    plain = Pages(SMALL)
    plain.feed(text)
    assert fed(text).shown(ended=True) == plain.shown(ended=True)
    if "|" not in text:
        assert fed(text).shown(ended=False) == plain.shown(ended=False)


@given(st.one_of(mixed, bars), sizes)
@settings(max_examples=200, deadline=None)
def test_sealed_pages_never_change_none_is_too_long_and_every_fence_is_closed(text: str, pieces: list[int]) -> None:
    pages, start = Redrawn(SMALL), 0
    sealed: list[Page] = []
    for size in [*pieces, len(text)]:
        pages.feed(text[start : start + size])
        start += size
        now = pages.shown(ended=False)
        assert now[: len(sealed)] == sealed
        sealed = now[: pages.sealed_count]
        for page in [*now, *pages.shown(ended=True)]:
            assert width(page.content) <= SMALL + 100
            assert_fences_are_closed(page.content)
            assert page.content.strip()


@given(mixed)
@settings(max_examples=100, deadline=None)
def test_at_the_real_size_no_page_passes_the_hard_limit(text: str) -> None:
    for page in fed(text * 3, seal=1_900).shown(ended=True):
        assert width(page.content) <= HARD_LIMIT


@given(st.one_of(mixed, bars))
@settings(max_examples=150, deadline=None)
def test_pages_tell_where_they_end_in_the_text(text: str) -> None:
    ends = [page.end for page in fed(text).shown(ended=True)]
    assert ends == sorted(ends)
    assert not ends or not text[ends[-1] :].strip()
    for page in fed(text).shown(ended=False):
        assert page.end <= len(text)


def test_a_table_among_text_is_redrawn_and_the_text_is_not() -> None:
    assert shown(f"Before:\n{TABLE}\nAfter | all.\n") == (
        "Before:\n```\na   |  b\n----+---\none |  1\ntwo | 22\n```\n\nAfter | all.\n"
    )


def test_a_table_in_code_stays_as_it_is() -> None:
    text = f"```md\n{TABLE}```\n~~~\n{TABLE}~~~\n"
    assert shown(text) == text


def test_a_table_grows_row_by_row_and_never_shows_bars_that_may_become_one() -> None:
    pages, seen = Redrawn(), []
    for character in "Look:\n" + TABLE:
        pages.feed(character)
        seen.append(pages.shown(ended=False)[0].content if pages.shown(ended=False) else "")
    looks = [look for look, before in zip(seen, ["", *seen], strict=False) if look != before]
    assert looks == [
        *("L", "Lo", "Loo", "Look", "Look:", "Look:\n"),
        "Look:\n```\na | b\n--+--\n```\n",
        "Look:\n```\na   | b\n----+--\none | 1\n```\n",
        "Look:\n```\na   |  b\n----+---\none |  1\ntwo | 22\n```\n",
    ]


def test_a_table_that_ends_the_text_without_a_newline_is_whole() -> None:
    assert shown(TABLE.rstrip("\n")) == "```\na   |  b\n----+---\none |  1\ntwo | 22\n```"


def test_a_line_that_only_looks_like_a_table_is_shown_when_the_text_goes_on_or_ends() -> None:
    for text in ("| not a table\n", "| not a table\nwords", "| not a table", "|---|\n|---|\n|"):
        assert spoken(shown(text)) == spoken(text)
    assert fed("| not a table\nwords").shown(ended=False) == []
    assert [page.content for page in fed("| not a table\nwords\n").shown(ended=False)] == ["| not a table\nwords\n"]


def test_a_long_table_goes_on_on_the_next_page_with_its_header() -> None:
    text = "| Name | Value |\n|---|---|\n" + "".join(f"| row {n} | {'x' * 20} |\n" for n in range(150))
    contents = [page.content for page in fed(text, seal=1_900).shown(ended=True)]
    assert len(contents) > 2
    for content in contents:
        assert content.lstrip().startswith("```\nName")
        assert all(width(block) <= MOST for block in content.split("\n\n"))
    assert "".join(contents).count("row ") == 150


def test_a_page_that_shows_a_whole_table_covers_all_of_it() -> None:
    text = "Look:\n" + TABLE
    assert [page.end for page in fed(text).shown(ended=False)] == [len(text)]
