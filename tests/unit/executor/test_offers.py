from __future__ import annotations

import pytest

from parley_executor.model import ModelCard
from parley_executor.offers import find, offers, split_aliases

OPUS, SONNET = ModelCard("claude-opus-5"), ModelCard("claude-sonnet-5")
HAIKU = ModelCard("claude-haiku-4-5-20251001")
CARDS = (OPUS, SONNET, HAIKU)


def test_aliases_are_read_by_commas() -> None:
    assert split_aliases("big=claude-opus-5, small = claude-haiku-4-5,") == {
        "big": "claude-opus-5",
        "small": "claude-haiku-4-5",
    }
    assert split_aliases("") == {}


def test_an_alias_of_an_alias_is_refused() -> None:
    with pytest.raises(ValueError, match="is an alias itself"):
        split_aliases("a=b,b=claude-opus-5")


def test_a_model_is_found_with_or_without_the_day_of_its_snapshot() -> None:
    assert find(CARDS, "claude-haiku-4-5") is HAIKU
    assert find(CARDS, "claude-haiku-4-5-20251001") is HAIKU
    assert find(CARDS, "claude-opus-5") is OPUS
    assert find(CARDS, "claude-haiku") is None


def test_what_is_offered_are_the_models_of_claude_with_their_further_names() -> None:
    found = offers(CARDS, {"big": "claude-opus-5", "best": "claude-opus-5", "small": "claude-haiku-4-5"}, "small")
    assert [(offer.card, offer.aliases, offer.default) for offer in found] == [
        (OPUS, ("big", "best"), False),
        (SONNET, (), False),
        (HAIKU, ("small",), True),
    ]


def test_a_model_that_only_a_setting_names_is_offered_too() -> None:
    found = offers((SONNET,), {"test": "claude-preview"}, "claude-own")
    assert [(offer.card.id, offer.aliases, offer.default) for offer in found] == [
        ("claude-sonnet-5", (), False),
        ("claude-own", (), True),
        ("claude-preview", ("test",), False),
    ]
