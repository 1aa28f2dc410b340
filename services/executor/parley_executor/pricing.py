"""What a reply costs, from a table of prices. Pure but for reading its files."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from importlib import resources
from pathlib import Path
from typing import Any, Final

from parley_executor.model import Usage
from parley_executor.offers import undated

KINDS: Final = ("input", "output", "cache_read", "cache_write")

MOST: Final = 1_000_000
"""A dollar for a single token: a larger price is a mistake."""


@dataclass(frozen=True, slots=True)
class Rates:
    """US dollars for a million tokens, which is also millionths of a dollar for one."""

    input: Decimal
    output: Decimal
    cache_read: Decimal
    cache_write: Decimal

    def cost(self, usage: Usage) -> Decimal:
        """Return what these tokens cost, in millionths of a US dollar."""
        return (
            self.input * usage.input_tokens
            + self.output * usage.output_tokens
            + self.cache_read * usage.cache_read_tokens
            + self.cache_write * usage.cache_write_tokens
        )


@dataclass(frozen=True, slots=True)
class Price:
    """One model's. long: the rates of a reply whose question has more than `over` tokens; None: the same."""

    rates: Rates
    over: int = 0
    long: Rates | None = None

    def cost(self, usage: Usage) -> int:
        """Return what a reply costs, in millionths of a US dollar, rounded to the nearest."""
        asked = usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens
        rates = self.long if self.long is not None and asked > self.over else self.rates
        return int(rates.cost(usage).to_integral_value(ROUND_HALF_UP))


class PriceFileError(ValueError):
    """A file of prices is not of the form of prices.toml; the words say where."""


@dataclass(frozen=True, slots=True)
class Prices:
    """The table. read: when the prices were looked up."""

    models: Mapping[str, Price]
    read: date | None = None

    def cost(self, model: str, usage: Usage) -> int | None:
        """Return what a reply of this model costs, in millionths of a US dollar; None: its price is unknown."""
        price = self.models.get(model) or self.models.get(undated(model))
        return None if price is None else price.cost(usage)

    def overridden(self, other: Prices) -> Prices:
        """Return the table with another's entries in place of its own."""
        return Prices({**self.models, **other.models}, other.read or self.read)


def built_in() -> Prices:
    """Return the prices that the executor comes with."""
    return parse(resources.files("parley_executor").joinpath("prices.toml").read_text("utf-8"))


def load(file: Path) -> Prices:
    """Return the prices of an operator's file. Raises PriceFileError."""
    try:
        return parse(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        raise PriceFileError("cannot be read as a text file") from None


def parse(text: str) -> Prices:
    """Return the prices of a file. Raises PriceFileError."""
    try:
        table = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise PriceFileError(f"is not TOML: {error}") from None
    models, read = table.get("models"), table.get("read")
    if not isinstance(models, dict) or not models:
        raise PriceFileError("has no [models.<name>]")
    prices = {name: _price(f"models.{name}", entry) for name, entry in models.items()}
    return Prices(prices, read if isinstance(read, date) else None)


def _price(place: str, entry: Any) -> Price:
    rates = _rates(place, entry)
    if "long" not in entry:
        return Price(rates)
    long = _rates(f"{place}.long", entry["long"])
    over = entry["long"].get("over")
    if not isinstance(over, int) or over < 0:
        raise PriceFileError(f"{place}.long.over must be a whole number of tokens")
    return Price(rates, over, long)


def _rates(place: str, entry: Any) -> Rates:
    if not isinstance(entry, dict):
        raise PriceFileError(f"{place} must be a table")
    return Rates(**{kind: _rate(f"{place}.{kind}", entry.get(kind)) for kind in KINDS})


def _rate(place: str, value: Any) -> Decimal:
    number = Decimal(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else Decimal("nan")
    if not (number.is_finite() and 0 <= number <= MOST):
        raise PriceFileError(f"{place} must be US dollars for a million tokens")
    return number
