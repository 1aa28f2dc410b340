"""Which models this executor offers, and by which names. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from parley_executor.model import ModelCard

_DATED = re.compile(r"-\d{8}\Z")
"""The day of a snapshot at the end of a model's name; Claude's API takes the name without it too."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A model that may be asked for. default: it answers requests that name none."""

    card: ModelCard
    aliases: tuple[str, ...]
    default: bool


def split_aliases(text: str) -> dict[str, str]:
    """Return the models by their aliases, of `alias=model,alias=model`. Raises ValueError with the expected form."""
    aliases: dict[str, str] = {}
    for item in filter(None, (item.strip() for item in text.split(","))):
        alias, equals, model = (part.strip() for part in item.partition("="))
        if not (alias and equals and model) or "=" in model:
            raise ValueError("expected alias=model, several separated by commas")
        if alias in aliases:
            raise ValueError(f"the alias {alias} is there twice")
        aliases[alias] = model
    for model in aliases.values():
        if model in aliases:
            raise ValueError(f"{model} is an alias itself; an alias stands for a model")
    return aliases


def undated(name: str) -> str:
    """Return a model's name without the day of its snapshot."""
    return _DATED.sub("", name)


def find(cards: Sequence[ModelCard], name: str) -> ModelCard | None:
    """Return the card of a model by its name, with or without the day of its snapshot."""
    exact = next((card for card in cards if card.id == name), None)
    return exact or next((card for card in cards if undated(card.id) == name), None)


def offers(cards: Sequence[ModelCard], aliases: Mapping[str, str], default: str) -> tuple[Offer, ...]:
    """Return what is offered: the models of Claude's API, then those that only a setting names."""
    default = aliases.get(default, default)
    named = dict.fromkeys([default, *aliases.values()])
    known = [*cards, *(ModelCard(name) for name in named if find(cards, name) is None)]
    ids = {name: card.id for name in named if (card := find(known, name)) is not None}
    return tuple(
        Offer(card, tuple(alias for alias, name in aliases.items() if ids[name] == card.id), card.id == ids[default])
        for card in known
    )
