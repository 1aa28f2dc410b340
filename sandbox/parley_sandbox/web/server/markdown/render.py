"""Text to HTML. Raw HTML is never passed on: every character of a message is escaped or inside a known element."""

from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from typing import Any, Final

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict
from typing_extensions import override

from parley_sandbox.web.server.markdown.blocks import use_blocks
from parley_sandbox.web.server.markdown.highlight import highlighted
from parley_sandbox.web.server.markdown.inlines import use_inlines

_FORMAT: Final = {
    "t": "%H:%M",
    "T": "%H:%M:%S",
    "d": "%d/%m/%Y",
    "D": "%d %B %Y",
    "f": "%d %B %Y %H:%M",
    "F": "%A, %d %B %Y %H:%M",
    "R": "%d %B %Y %H:%M",
}
_UNKNOWN: Final = {"user": "@unknown", "role": "@role", "channel": "#unknown", "everyone": ""}


@dataclass(frozen=True, slots=True)
class Names:
    """What mentions are shown as, by id, and who reads: a mention of the reader stands out."""

    users: Mapping[str, str] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)


def rendered(text: str, names: Names) -> str:
    """HTML of one message."""
    return str(_PARSER.render(text, {"names": names}))


class _DiscordRenderer(RendererHTML):
    """The elements of the page; its style sheet and scripts know their classes."""

    @override
    def fence(self, tokens: Sequence[Token], idx: int, _options: OptionsDict, _env: MutableMapping[str, Any]) -> str:
        token = tokens[idx]
        language = token.info.strip().split(maxsplit=1)[0] if token.info.strip() else ""
        code = highlighted(token.content.removesuffix("\n"), language.lower())
        return (
            f'<figure class="code"><figcaption><span>{escape(language)}</span>'
            f'<button type="button" class="copy"></button></figcaption>'
            f'<pre tabindex="0"><code>{code}</code></pre></figure>'
        )

    def heading_open(self, tokens: Sequence[Token], idx: int, *_: Any) -> str:
        # The page's own headings are above those of a message.
        return f'<h{_below(tokens[idx])} class="{tokens[idx].tag}">'

    def heading_close(self, tokens: Sequence[Token], idx: int, *_: Any) -> str:
        return f"</h{_below(tokens[idx])}>"

    def strong_open(
        self, tokens: Sequence[Token], idx: int, _options: OptionsDict, _env: MutableMapping[str, Any]
    ) -> str:
        return "<u>" if tokens[idx].markup == "__" else "<strong>"

    def strong_close(
        self, tokens: Sequence[Token], idx: int, _options: OptionsDict, _env: MutableMapping[str, Any]
    ) -> str:
        return "</u>" if tokens[idx].markup == "__" else "</strong>"

    def link_open(
        self, tokens: Sequence[Token], idx: int, _options: OptionsDict, _env: MutableMapping[str, Any]
    ) -> str:
        address = escape(str(tokens[idx].attrs.get("href", "")))
        return f'<a href="{address}" target="_blank" rel="noopener noreferrer nofollow">'

    def spoiler_open(self, *_: Any) -> str:
        return '<span class="spoiler" role="button" tabindex="0" aria-expanded="false"><span>'

    def spoiler_close(self, *_: Any) -> str:
        return "</span></span>"

    def mention(self, tokens: Sequence[Token], idx: int, _options: OptionsDict, env: MutableMapping[str, Any]) -> str:
        token = tokens[idx]
        kind, names = token.meta["kind"], env["names"]
        known = {"user": names.users, "channel": names.channels}.get(kind, {}).get(token.meta["id"])
        sign = "#" if kind == "channel" else "@"
        shown = f"{sign}{known}" if known is not None else _UNKNOWN[kind] or token.content
        return f'<span class="mention" data-kind="{kind}" data-id="{token.meta["id"]}">{escape(shown)}</span>'

    def command(self, tokens: Sequence[Token], idx: int, *_: Any) -> str:
        return f'<span class="mention" data-kind="command">/{escape(tokens[idx].meta["name"])}</span>'

    def emoji(self, tokens: Sequence[Token], idx: int, *_: Any) -> str:
        return f'<span class="emoji">:{escape(tokens[idx].meta["name"])}:</span>'

    def stamp(self, tokens: Sequence[Token], idx: int, *_: Any) -> str:
        """The page writes the time in the reader's language; without its script the moment in UTC stands there."""
        token = tokens[idx]
        style = token.meta["style"] or "f"
        try:
            at = datetime.fromtimestamp(int(token.meta["unix"]), tz=UTC)
        except (ValueError, OverflowError, OSError):
            return escape(token.content)
        shown = at.strftime(_FORMAT[style])
        return f'<time class="stamp" datetime="{at.isoformat()}" data-style="{style}">{shown}</time>'


def _below(heading: Token) -> int:
    return int(heading.tag[1:]) + 2


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True}, renderer_cls=_DiscordRenderer)
    parser.enable("strikethrough")
    parser.disable(
        ["html_block", "html_inline", "lheading", "hr", "code", "reference", "blockquote", "entity", "image"]
    )
    use_blocks(parser)
    use_inlines(parser)
    return parser


_PARSER: Final = _parser()
