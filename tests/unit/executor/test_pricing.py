from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley_executor import pricing
from parley_executor.model import Usage
from parley_executor.pricing import PriceFileError
from parley_executor.settings import ExecutorSettings
from parley_sandbox.anthropic.models import MODELS

EACH = Usage(input_tokens=1_000, output_tokens=100, cache_read_tokens=10_000, cache_write_tokens=2_000)
OWN = """
[models.house-model]
input = 1
output = 2
cache_read = 0.5
cache_write = 1.25
"""


@pytest.mark.parametrize(
    ("model", "cost"),
    [
        ("claude-sonnet-5", 1_000 * 2 + 100 * 10 + 10_000 * 0.2 + 2_000 * 2.5),
        ("claude-opus-5-5", 1_000 * 4 + 100 * 20 + 10_000 * 0.2 + 2_000 * 5),
        ("claude-haiku-5-5", 1_000 * 0.1 + 100 * 0.5 + 10_000 * 0.01 + 2_000 * 0.125),
    ],
)
def test_each_kind_of_token_has_its_price(model: str, cost: float) -> None:
    assert pricing.built_in().cost(model, EACH) == cost


def test_a_dated_name_costs_what_its_model_costs() -> None:
    prices = pricing.built_in()
    assert prices.cost("claude-haiku-4-5-20251001", EACH) == prices.cost("claude-haiku-4-5", EACH) is not None


def test_a_long_question_has_its_own_price_for_every_token() -> None:
    prices = pricing.built_in()
    assert prices.cost("claude-haiku-5-5", Usage(cache_read_tokens=100_000, output_tokens=10)) == 1_005
    assert prices.cost("claude-haiku-5-5", Usage(cache_read_tokens=100_000, input_tokens=2, output_tokens=10)) == 5_026


def test_an_unknown_model_has_no_cost_not_none_at_all() -> None:
    assert pricing.built_in().cost("claude-nobody-9", EACH) is None
    assert pricing.built_in().cost("claude-sonnet-5", Usage()) == 0


def test_every_model_that_the_sandbox_offers_is_priced() -> None:
    prices = pricing.built_in()
    assert [model.id for model in MODELS if prices.cost(model.id, EACH) is None] == []
    assert prices.read is not None


def test_an_operators_file_adds_and_replaces() -> None:
    mine = pricing.parse(OWN + OWN.replace("house-model", "claude-sonnet-5"))
    prices = pricing.built_in().overridden(mine)
    assert prices.cost("house-model", EACH) == prices.cost("claude-sonnet-5", EACH) == 8_700
    assert prices.cost("claude-opus-5", EACH) == pricing.built_in().cost("claude-opus-5", EACH)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("models = ", "is not TOML"),
        ("", "has no"),
        ("models = 3", "has no"),
        ("[models]\nx = 3", "models.x must be a table"),
        (OWN.replace("input = 1", 'input = "1"'), "models.house-model.input"),
        (OWN.replace("input = 1", "input = true"), "models.house-model.input"),
        (OWN.replace("input = 1", "input = nan"), "models.house-model.input"),
        (OWN.replace("input = 1", "input = -1"), "models.house-model.input"),
        (OWN.replace("output = 2", ""), "models.house-model.output"),
        (OWN + "[models.house-model.long]\ninput = 1", "models.house-model.long.output"),
        (OWN + OWN.replace("house-model", "house-model.long"), "models.house-model.long.over"),
    ],
)
def test_a_file_that_is_wrong_says_where(text: str, words: str) -> None:
    with pytest.raises(PriceFileError, match=words):
        pricing.parse(text)


def test_a_wrong_file_is_told_with_the_other_settings(tmp_path: Path) -> None:
    file = tmp_path / "prices.toml"
    with pytest.raises(ValueError, match="cannot be read"):
        ExecutorSettings(anthropic_api_key="k", prices=file)
    file.write_text("models = 3")
    with pytest.raises(ValueError, match="has no"):
        ExecutorSettings(anthropic_api_key="k", prices=file)
    file.write_text(OWN)
    assert ExecutorSettings(anthropic_api_key="k", prices=file).prices == file


@given(st.builds(Usage, *[st.integers(0, 10**7)] * 4), st.builds(Usage, *[st.integers(0, 10**7)] * 4))
def test_more_tokens_never_cost_less(one: Usage, other: Usage) -> None:
    prices = pricing.built_in()
    both = Usage(
        one.input_tokens + other.input_tokens,
        one.output_tokens + other.output_tokens,
        one.cache_read_tokens + other.cache_read_tokens,
        one.cache_write_tokens + other.cache_write_tokens,
    )
    for model in prices.models:
        assert (prices.cost(model, both) or 0) >= (prices.cost(model, one) or 0)
