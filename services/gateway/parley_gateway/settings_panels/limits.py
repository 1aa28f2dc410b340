"""Limits as managers write and read them: whole numbers, and US dollars. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from parley_gateway.memory import QuotaKind
from parley_gateway.preferences import UsageLimits
from parley_gateway.texts import Key

MICRO = 1_000_000
DIGITS = 12
"""A trillion tokens, and a trillion dollars, are more than anybody has."""
NUMBER = re.compile(rf"\d{{1,{DIGITS}}}")
MONEY = re.compile(rf"\d{{1,{DIGITS}}}(\.\d{{1,6}})?")
LOOSE = re.compile(r"[\s,_]|US\$|\$|USD")


@dataclass(frozen=True, slots=True)
class Line:
    """One limit. attribute: of UsageLimits; label: in the form; shown: in the panel; money: in US dollars."""

    attribute: str
    kind: QuotaKind
    label: Key
    shown: Key
    money: bool = False


LINES = (
    Line("messages", QuotaKind.MESSAGES, Key.LIMIT_MESSAGES_LABEL, Key.LIMIT_MESSAGES),
    Line("tokens_day", QuotaKind.TOKENS_DAY, Key.LIMIT_TOKENS_DAY_LABEL, Key.LIMIT_TOKENS_DAY),
    Line("tokens_month", QuotaKind.TOKENS_MONTH, Key.LIMIT_TOKENS_MONTH_LABEL, Key.LIMIT_TOKENS_MONTH),
    Line("cost_day", QuotaKind.COST_DAY, Key.LIMIT_COST_DAY_LABEL, Key.LIMIT_COST_DAY, money=True),
    Line("cost_month", QuotaKind.COST_MONTH, Key.LIMIT_COST_MONTH_LABEL, Key.LIMIT_COST_MONTH, money=True),
)


class Unreadable(ValueError):  # noqa: N818 — it is no error of ours: the manager is told which line
    """A line holds no number."""

    def __init__(self, line: Line) -> None:
        super().__init__(line.attribute)
        self.line = line


def amount(limits: UsageLimits, line: Line) -> int:
    """Return one limit; 0: none."""
    found: int = getattr(limits, line.attribute)
    return found


def written(value: int, line: Line) -> str:
    """Return a limit as it is read and written: 1,000 or 2.50; none: empty."""
    if not value:
        return ""
    return _dollars(value) if line.money else f"{value:,}"


def read(texts: dict[str, str]) -> UsageLimits:
    """Return what a form says, by attribute; an empty line or 0: no limit. Raises Unreadable."""
    return UsageLimits(**{line.attribute: _read(texts.get(line.attribute, ""), line) for line in LINES})


def _read(text: str, line: Line) -> int:
    """Return one limit. Japanese keyboards write wide digits; they count the same."""
    plain = LOOSE.sub("", unicodedata.normalize("NFKC", text))
    if not plain:
        return 0
    if not plain.isascii() or not (MONEY if line.money else NUMBER).fullmatch(plain):
        raise Unreadable(line)
    return int(Decimal(plain) * MICRO) if line.money else int(plain)


def _dollars(micro: int) -> str:
    whole, rest = divmod(micro, MICRO)
    cents = f"{rest:06d}".rstrip("0").ljust(2, "0")
    return f"{whole:,}.{cents}"
