"""Texts as Claude might write them, and a referee that reads what is shown of them."""

from __future__ import annotations

from hypothesis import strategies as st

words = st.sampled_from(
    ["word", "naïve", "日本語の文。", "👍🏽", "👩‍👩‍👧", "🇯🇵🇩🇪", "e\u0301\u0323", "a" * 30, "`code`", "``", "|", "> "]
)
sentences = st.builds(
    lambda parts, end: " ".join(parts) + end,
    st.lists(words, max_size=60),
    st.sampled_from([". ", "\n", "\n\n", "! ", " "]),
)
indents = st.sampled_from(["", "", "", "  ", "    ", "> ", "- ", "1. ", "\t"])
markers = st.sampled_from(["```", "````", "~~~", "~~~~~", "`" * 16])
languages = st.sampled_from(["", "py", "json", "c++ title=x", "x" * 60, "a long line of words " * 4])
code_lines = st.sampled_from(
    ["x = 1", "", "    y = 'z' * 80  # " + "y" * 90, "``` not a fence", "~~~", "```", "  ```  ", "> ```", "}"]
)
code = st.builds(
    lambda indent, marker, language, lines, closed: (
        f"{indent}{marker}{language}\n"
        + "".join(f"{line}\n" for line in lines)
        + (f"{indent}{marker}\n" if closed else "")
    ),
    indents,
    markers,
    languages,
    st.lists(code_lines, max_size=40),
    st.booleans(),
)
lumps = st.sampled_from(
    ["z" * 950, "漢" * 700, "😀" * 500, "`" * 700, " " * 900, "\n" * 500, "~" * 40, "\u200d" * 90, "\r\n\r\n"]
)
texts = st.lists(st.one_of(sentences, sentences, code, lumps, st.text(max_size=30)), max_size=25).map("".join)


def assert_fences_are_closed(content: str) -> None:
    """A referee of its own: reads line by line, knows nothing of the code under test."""
    mark = quotes = ""
    for line in content.split("\n"):
        bare = line.lstrip(" \t>")
        run = len(bare) - len(bare.lstrip(bare[:1])) if bare[:1] in {"`", "~"} else 0
        rest = bare[run:].strip()
        if mark:
            depth = line[: len(line) - len(bare)].count(">")
            if bare[:1] == mark[0] and len(mark) <= run <= 16 and not rest and depth == len(quotes):
                mark = ""
            continue
        bare = bare.lstrip("-*+ \t") if bare[:2] in {"- ", "* ", "+ "} else bare
        head, _, tail = bare.partition(" ")
        bare = tail.lstrip() if head[:-1].isdecimal() and head[-1:] in {".", ")"} and len(head) <= 10 else bare
        run = len(bare) - len(bare.lstrip(bare[:1])) if bare[:1] in {"`", "~"} else 0
        if 3 <= run <= 16 and not (bare[0] == "`" and "`" in bare[run:]):
            mark, quotes = bare[:run], ">" * line[: line.find(bare[:run])].count(">")
    assert not mark, f"an open {mark} at the end of {content[-200:]!r}"
