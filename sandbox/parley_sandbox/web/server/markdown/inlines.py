"""Inline rules of Discord's own: spoilers, mentions, timestamps, emoji, bare addresses."""

import re
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

_MENTION: Final = re.compile(r"<(?P<sign>@!?|@&|#)(?P<id>\d{1,20})>")
_COMMAND: Final = re.compile(r"</(?P<name>[^:>\n]{1,80}):\d{1,20}>")
_STAMP: Final = re.compile(r"<t:(?P<unix>-?\d{1,13})(?::(?P<style>[tTdDfFR]))?>")
_EMOJI: Final = re.compile(r"<a?:(?P<name>\w{2,32}):\d{1,20}>")
_LOOSE: Final = re.compile(r"(?P<url>https?://[^\s<>]+[^\s<>.,:;!?\"'\])])|(?P<all>@everyone|@here)")
_KIND: Final = {"@": "user", "@!": "user", "@&": "role", "#": "channel"}


def use_inlines(parser: MarkdownIt) -> None:
    """Add Discord's inline rules."""
    parser.inline.add_terminator_char("|")
    parser.inline.ruler.before("autolink", "mention", _angled)
    parser.inline.ruler.before("emphasis", "spoiler", _spoiler)
    parser.core.ruler.push("loose", _loose)


def _angled(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - markdown-it calls it so
    """Everything that Discord writes in angle brackets."""
    if state.src[state.pos] != "<":
        return False
    for pattern, name in ((_MENTION, "mention"), (_COMMAND, "command"), (_STAMP, "stamp"), (_EMOJI, "emoji")):
        found = pattern.match(state.src, state.pos)
        if found is not None:
            if not silent:
                token = state.push(name, "", 0)
                token.meta = {**found.groupdict(), "kind": _KIND.get(found.groupdict().get("sign", ""), "")}
                token.content = found.group()
            state.pos = found.end()
            return True
    return False


def _spoiler(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - as above
    """`||hidden||`, with other marks inside."""
    if not state.src.startswith("||", state.pos):
        return False
    end = state.src.find("||", state.pos + 2)
    if end <= state.pos + 2 or end >= state.posMax:
        return False
    if silent:
        state.pos = end + 2
        return True
    begin, limit = state.pos + 2, state.posMax
    state.push("spoiler_open", "", 1)
    state.pos, state.posMax = begin, end
    state.md.inline.tokenize(state)
    state.pos, state.posMax = end + 2, limit
    state.push("spoiler_close", "", -1)
    return True


def _loose(state: StateCore) -> None:
    """Bare addresses and @everyone in what is left as text."""
    for block in state.tokens:
        if block.type == "inline" and block.children:
            block.children = list(_split(block.children))


def _split(tokens: list[Token]) -> list[Token]:
    parts: list[Token] = []
    depth = 0
    for token in tokens:
        depth += {"link_open": 1, "link_close": -1}.get(token.type, 0)
        parts += [token] if depth or token.type != "text" else _text_parts(token)
    return parts


def _text_parts(token: Token) -> list[Token]:
    parts: list[Token] = []
    position = 0
    for found in _LOOSE.finditer(token.content):
        parts.append(_text(token, token.content[position : found.start()]))
        parts += _link(token, found.group()) if found.group("url") else [_everyone(token, found.group())]
        position = found.end()
    if not parts:
        return [token]
    return [*parts, _text(token, token.content[position:])]


def _text(like: Token, content: str) -> Token:
    return Token("text", "", 0, level=like.level, content=content)


def _link(like: Token, url: str) -> list[Token]:
    return [
        Token("link_open", "a", 1, level=like.level, attrs={"href": url}, markup="autolink"),
        _text(like, url),
        Token("link_close", "a", -1, level=like.level, markup="autolink"),
    ]


def _everyone(like: Token, content: str) -> Token:
    return Token("mention", "", 0, level=like.level, content=content, meta={"kind": "everyone", "id": ""})
