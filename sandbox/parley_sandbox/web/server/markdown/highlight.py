"""Colours for fenced code, as classes that the page's style sheet knows."""

from functools import lru_cache
from html import escape
from typing import Final

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

_PREFIX: Final = "hl-"
_FORMATTER: Final[HtmlFormatter[str]] = HtmlFormatter(nowrap=True, classprefix=_PREFIX)


@lru_cache(maxsize=512)
def highlighted(code: str, language: str) -> str:
    """HTML of `code`; of a language that nobody knows, the text alone. A streaming reply asks for the same often."""
    if not language:
        return escape(code)
    try:
        lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return escape(code)
    return highlight(code, lexer, _FORMATTER).rstrip("\n")
