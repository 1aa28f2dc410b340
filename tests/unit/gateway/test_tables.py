from __future__ import annotations

import pytest
from wcwidth import wcswidth

from parley_gateway import tables
from parley_gateway.tables import COLUMNS, Alignment, Table


def table_of(text: str) -> Table:
    header, delimiter, *rows = text.strip().splitlines()
    table = tables.begun(header, delimiter)
    assert table is not None
    for row in rows:
        table = table.with_row(row)
    return table


def drawn(text: str) -> list[str]:
    return tables.drawn(table_of(text)).splitlines()


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        ("| a | b |", ("a", "b")),
        ("a | b", ("a", "b")),
        ("  | a | b", ("a", "b")),
        ("| a | |", ("a", "")),
        ("|| b |", ("", "b")),
        (r"| a \| b | c |", ("a | b", "c")),
        ("|", ()),
    ],
)
def test_cells_are_read_as_github_reads_them(line: str, cells: tuple[str, ...]) -> None:
    assert tables.cells(line) == cells


@pytest.mark.parametrize(
    ("header", "delimiter"),
    [
        ("| a | b |", "|---|"),
        ("| a | b |", "| b | c |"),
        ("no bar", "---"),
        ("| a |", "---"),
        ("> | a | b |", "> |---|---|"),
        ("| a | b |", "|---|---| text"),
        ("|", "|"),
    ],
)
def test_two_lines_that_github_takes_for_no_table_begin_none(header: str, delimiter: str) -> None:
    assert tables.begun(header, delimiter) is None


def test_alignment_is_read_from_the_delimiter() -> None:
    table = table_of("|a|b|c|d|\n|-|:--|:-:|--:|")
    assert table.alignments == (Alignment.LEFT, Alignment.LEFT, Alignment.CENTRE, Alignment.RIGHT)


def test_a_narrow_table_stands_aligned_in_a_fence() -> None:
    assert drawn("| Language | Year |\n|---|--:|\n| **Python** | 1991 |\n| `Go` | 2009 |") == [
        "```",
        "Language | Year",
        "---------+-----",
        "Python   | 1991",
        "Go       | 2009",
        "```",
    ]


def test_columns_align_where_letters_are_two_columns_wide() -> None:
    lines = drawn("| 言語 | 👍🏽 |\n|---|---|\n| 日本語 | a |\n| x | 👩‍👩‍👧 |\n| e\u0301 | b |")[1:-1]
    assert {wcswidth(line.partition(" |")[0]) for line in lines if " |" in line} == {6}


def test_a_wide_table_is_a_list_with_its_headings() -> None:
    wide = "word " * 12
    assert drawn(f"| Name | Use | Note |\n|---|---|---|\n| a | {wide}| |\n| b | {wide}| see |") == [
        "**Name: a**",
        f"- Use: {wide.strip()}",
        "- Note: –",
        "",
        "**Name: b**",
        f"- Use: {wide.strip()}",
        "- Note: see",
    ]


@pytest.mark.parametrize("cell", ["[a](b)", "https://example.org", "```", "<@1>", "<:smile:1>"])
def test_what_a_fence_would_deaden_or_break_is_a_list(cell: str) -> None:
    assert drawn(f"| a | b |\n|---|---|\n| x | {cell} |") == ["**a: x**", f"- b: {cell}"]


def test_a_fenced_table_is_never_wider_than_its_bound() -> None:
    for length in range(COLUMNS + 10):
        lines = drawn(f"| a | b |\n|---|---|\n| {'x' * length} | {'y' * 20} |")
        assert lines[0] != "```" or max(map(len, lines)) <= COLUMNS


def test_cells_beyond_the_header_are_shown_too() -> None:
    assert "surplus" in "\n".join(drawn("| a |\n|---|\n| x | surplus |"))
    assert drawn(f"| a |\n|---|\n| x | {'surplus ' * 10}|")[1] == "- 2: " + ("surplus " * 10).strip()


def test_a_heading_opens_no_fence() -> None:
    lines = drawn(f"| a | ~~~ | ```py |\n|---|---|---|\n| x | y | {'long ' * 20}|")
    assert lines[1:] == ["- **~~~**: y", f"- **```py**: {('long ' * 20).strip()}"]


@pytest.mark.parametrize("cell", ["2 ** 3 ** 4", "a*b*c", "__init__", "~~no~~"])
def test_marks_that_may_mean_something_stay(cell: str) -> None:
    assert drawn(f"| a |\n|---|\n| {cell} |")[-2] == cell
