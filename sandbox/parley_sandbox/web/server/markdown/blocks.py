"""Block rules in which Discord differs from CommonMark: quotes, fences, small print."""

import re
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock, fence
from markdown_it.rules_block.heading import heading

_SUBTEXT: Final = re.compile(r"-# +(?=\S)")
_QUOTE: Final = re.compile(r"> ")
_QUOTE_REST: Final = re.compile(r">>> ")
_CLOSING: Final = re.compile(r"`{3,}\s*$")
_DEEPEST_HEADING: Final = 3
_ENDS_PARAGRAPH: Final[RuleOptionsType] = {"alt": ["paragraph", "list"]}


def use_blocks(parser: MarkdownIt) -> None:
    """Put Discord's rules in place of CommonMark's."""
    rules = parser.block.ruler
    rules.at("fence", _closed_fence, _ENDS_PARAGRAPH)
    rules.at("heading", _small_heading, _ENDS_PARAGRAPH)
    rules.before("list", "outdent", _outdent, {"alt": ["paragraph"]})
    rules.before("list", "quote", _quote, _ENDS_PARAGRAPH)
    rules.before("list", "subtext", _subtext, _ENDS_PARAGRAPH)


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]]


def _closed_fence(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001 - markdown-it calls it so
    """A fence that nobody closed is plain text in Discord."""
    if not _line(state, start).startswith("```"):
        return False
    if not any(_CLOSING.match(_line(state, number)) for number in range(start + 1, end)):
        return False
    return fence(state, start, end, silent)


def _small_heading(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001 - as above
    """Discord knows three sizes; more signs are text."""
    signs = len(_line(state, start)) - len(_line(state, start).lstrip("#"))
    return signs <= _DEEPEST_HEADING and heading(state, start, end, silent)


def _outdent(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001 - as above
    """A line that is not indented ends a list's item; CommonMark would let it go on."""
    del end
    return silent and state.sCount[start] < state.blkIndent


def _quote(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001 - as above
    """`> ` quotes its own line only, `>>> ` all that follows; quotes do not nest."""
    if state.env.get("quoted"):
        return False
    first = _line(state, start)
    if _QUOTE_REST.match(first):
        lines = [first[4:], *(_line(state, number) for number in range(start + 1, end))]
    else:
        lines = _quoted_lines(state, start, end)
    if not lines or silent:
        return bool(lines)
    opening = state.push("blockquote_open", "blockquote", 1)
    opening.map = [start, start + len(lines)]
    state.env["quoted"] = True
    state.md.block.parse("\n".join(lines), state.md, state.env, state.tokens)
    state.env["quoted"] = False
    state.push("blockquote_close", "blockquote", -1)
    state.line = start + len(lines)
    return True


def _quoted_lines(state: StateBlock, start: int, end: int) -> list[str]:
    lines: list[str] = []
    for number in range(start, end):
        line = _line(state, number)
        if not (_QUOTE.match(line) or line == ">"):
            break
        lines.append(line[2:])
    return lines


def _subtext(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001 - as above
    """`-# ` is small print of one line."""
    del end
    line = _line(state, start)
    found = _SUBTEXT.match(line)
    if found is None:
        return False
    if silent:
        return True
    state.push("subtext_open", "small", 1)
    inline = state.push("inline", "", 0)
    inline.content, inline.map, inline.children = line[found.end() :], [start, start + 1], []
    state.push("subtext_close", "small", -1)
    state.line = start + 1
    return True
