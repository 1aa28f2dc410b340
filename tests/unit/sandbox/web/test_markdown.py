import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley_sandbox.web.server.markdown import Names, rendered

NAMES = Names(users={"11": "Mika"}, channels={"22": "general"})


def show(text: str) -> str:
    return rendered(text, NAMES)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("**bold**", "<strong>bold</strong>"),
        ("__under__", "<u>under</u>"),
        ("*it* _it_", "<em>it</em> <em>it</em>"),
        ("~~gone~~", "<s>gone</s>"),
        ("`code`", "<code>code</code>"),
        ("one\ntwo", "one<br />\ntwo"),
        ("[named](https://parley.example/a)", ">named</a>"),
        ("-# small print", "<small>small print</small>"),
        ("<:wave:123456789012345678>", '<span class="emoji">:wave:</span>'),
        ("</ask:1234567890123456>", ">/ask</span>"),
        ("@everyone look", 'data-kind="everyone"'),
    ],
)
def test_marks_are_shown_as_discord_shows_them(text: str, shown: str) -> None:
    assert shown in show(text)


def test_headings_stand_below_those_of_the_page_and_there_are_three_sizes() -> None:
    assert show("# One") == '<h3 class="h1">One</h3>'
    assert '<h5 class="h3">' in show("### Three")
    assert "#### four" in show("#### four")


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "a <b>b</b>", "<!-- x -->"]
)
def test_html_in_a_message_is_text(text: str) -> None:
    assert "<script" not in show(text)
    assert "<img" not in show(text)
    assert "&lt;" in show(text)


@pytest.mark.parametrize("link", ["javascript:alert(1)", "data:text/html,x", "vbscript:x"])
def test_a_link_that_runs_something_is_no_link(link: str) -> None:
    assert "<a" not in show(f"[press]({link})")


def test_what_is_no_markdown_in_discord_stays_as_written() -> None:
    assert "<hr" not in show("above\n\n---\n\nbelow")
    assert "<table" not in show("| a | b |\n|---|---|\n| 1 | 2 |")
    assert "&amp;copy;" in show("&copy;")
    assert "<h" not in show("title\n=====")
    assert "<img" not in show("![picture](https://parley.example/p.png)")
    assert "<pre" not in show("    four spaces")


def test_a_fence_has_its_language_its_colours_and_a_place_to_copy_it() -> None:
    shown = show("```py\nprint('<hi>')\n```\nafter")
    assert "<figcaption><span>py</span>" in shown
    assert 'class="copy"' in shown
    assert '<span class="hl-nb">print</span>' in shown
    assert "&lt;hi&gt;" in shown
    assert "<p>after</p>" in shown


def test_a_language_that_nobody_knows_is_shown_plain() -> None:
    shown = show('```"><b>x\na < b\n```')
    assert "<span>&quot;&gt;&lt;b&gt;x</span>" in shown
    assert "<code>a &lt; b</code>" in shown


def test_a_fence_that_nobody_closed_is_seen_for_what_it_is() -> None:
    assert "```py" in show("```py\nopen")
    assert "<figure" not in show("```py\nopen")


def test_a_quote_is_one_line_and_a_long_quote_all_that_follows() -> None:
    assert show("> quoted\nplain").index("</blockquote>") < show("> quoted\nplain").index("plain")
    assert show(">>> all\nof this").index("</blockquote>") > show(">>> all\nof this").index("of this")
    assert "<blockquote>" not in show(">no space")


def test_a_line_that_is_not_indented_ends_the_list() -> None:
    shown = show("- one\nbetween\n- two")
    assert "<p>between</p>" in shown
    assert shown.count("<ul>") == 2


def test_a_spoiler_hides_its_marks_too_and_two_bars_alone_hide_nothing() -> None:
    assert "<span>the <strong>end</strong></span></span>" in show("see ||the **end**||!")
    assert "spoiler" not in show("a || b")
    assert "spoiler" not in show("`a||b` ||")


def test_mentions_have_names_and_unknown_ones_say_so() -> None:
    assert ">@Mika</span>" in show("<@11>")
    assert ">@Mika</span>" in show("<@!11>")
    assert ">@unknown</span>" in show("<@99>")
    assert ">#general</span>" in show("<#22>")
    assert "&lt;@11&gt;" in show("`<@11>`")


def test_a_name_cannot_break_out_of_its_mention() -> None:
    assert "<b>" not in rendered("<@1>", Names(users={"1": "<b>x"}))


def test_a_timestamp_tells_its_moment_and_an_impossible_one_is_text() -> None:
    assert '<time class="stamp" datetime="2023-11-14T22:13:20+00:00" data-style="R">' in show("<t:1700000000:R>")
    assert 'data-style="f"' in show("<t:1700000000>")
    assert "<time" not in show("<t:9999999999999:R>")


def test_a_bare_address_is_a_link_without_the_sentence_around_it() -> None:
    shown = show("see https://parley.example/a?b=1&c=2. (https://parley.example/d)")
    assert 'href="https://parley.example/a?b=1&amp;c=2"' in shown
    assert 'href="https://parley.example/d"' in shown
    assert shown.count("<a ") == 2
    assert shown.count('rel="noopener noreferrer nofollow"') == 2


_TAG = re.compile(r"</?([a-z0-9]+)")
_KNOWN = {"p", "br", "strong", "em", "u", "s", "code", "a", "h3", "h4", "h5", "small", "blockquote", "ul", "ol", "li"}
_KNOWN |= {"span", "figure", "figcaption", "button", "pre", "time"}


@given(st.text(st.sampled_from("ab <>&\"'`*_~|#-+1.\n@[]()!:/t\\"), max_size=80))
def test_whatever_is_written_only_known_elements_appear(text: str) -> None:
    assert set(_TAG.findall(show(text))) <= _KNOWN


@given(st.text(st.sampled_from("ab <>*_~|#-1.\n"), max_size=60))
def test_every_letter_of_a_message_is_shown(text: str) -> None:
    bare = re.sub(r"<[^>]*>", "", show(text)).replace("&gt;", "").replace("&lt;", "")
    assert [letter for letter in bare if letter in "ab"] == [letter for letter in text if letter in "ab"]
