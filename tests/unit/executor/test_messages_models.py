from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley_executor.engines.messages_models import MalformedListError, most_output, read, thinking
from parley_executor.model import Effort, ModelCard
from parley_sandbox.anthropic import models

LOW, MEDIUM, HIGH, MAX = Effort.LOW, Effort.MEDIUM, Effort.HIGH, Effort.MAX


def listed(*entries: dict[str, Any]) -> bytes:
    return orjson.dumps({"data": entries, "has_more": False})


CARDS = {card.id: card for card in read(listed(*(model.as_json() for model in models.MODELS)))}


def test_a_list_tells_what_each_model_takes() -> None:
    assert CARDS["claude-sonnet-4-6"] == ModelCard(
        "claude-sonnet-4-6",
        "Claude Sonnet 4.6",
        max_input_tokens=1_000_000,
        max_output_tokens=64_000,
        efforts=(LOW, MEDIUM, HIGH, MAX),
        thinking=frozenset({"adaptive", "enabled", "disabled"}),
    )
    assert next(iter(CARDS)) == "claude-haiku-5-5"


def test_of_a_model_without_capabilities_only_its_name_is_known() -> None:
    assert read(listed({"type": "model", "id": "m", "capabilities": None})) == (ModelCard("m"),)


@pytest.mark.parametrize("tokens", [None, "many", -1, 2**40, {}])
def test_a_number_of_tokens_that_is_none_is_unknown(tokens: object) -> None:
    assert read(listed({"id": "m", "max_tokens": tokens, "max_input_tokens": tokens})) == (ModelCard("m"),)


def test_a_retired_model_is_not_among_them() -> None:
    assert read(listed({"id": "old", "lifecycle": "retired"}, {"id": "new", "lifecycle": "deprecated"})) == (
        ModelCard("new"),
    )


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"[]", b"{}", b'{"data": 1}', b'{"data": [1]}', b'{"data": [{}]}', b'{"data": [{"id": 1}]}'],
)
def test_a_list_of_another_form_is_told_as_that(body: bytes) -> None:
    with pytest.raises(MalformedListError):
        read(body)


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        ("claude-haiku-5-5", {"thinking": {"type": "disabled"}}),
        ("claude-sonnet-5-5", {"thinking": {"type": "between_tools"}}),
        ("claude-opus-5-5", {"output_config": {"effort": "low"}}),
        ("claude-sonnet-5", {"thinking": {"type": "disabled"}}),
        ("claude-haiku-4-5-20251001", {"thinking": {"type": "disabled"}}),
    ],
)
def test_each_model_is_told_not_to_think_in_the_words_that_it_knows(model: str, fields: dict[str, Any]) -> None:
    assert thinking(CARDS[model], Effort.OFF) == fields


@pytest.mark.parametrize(
    ("model", "effort", "fields"),
    [
        ("claude-sonnet-5", HIGH, {"thinking": {"type": "adaptive"}, "output_config": {"effort": "high"}}),
        ("claude-sonnet-4-6", Effort.XHIGH, {"thinking": {"type": "adaptive"}, "output_config": {"effort": "high"}}),
        ("claude-opus-4-5-20251101", MAX, {"output_config": {"effort": "high"}}),
        ("claude-haiku-4-5-20251001", MAX, {}),
    ],
)
def test_a_level_that_a_model_does_not_know_is_the_nearest_below(
    model: str, effort: Effort, fields: dict[str, Any]
) -> None:
    assert thinking(CARDS[model], effort) == fields


def test_of_an_unknown_model_only_what_was_asked_for_is_said() -> None:
    assert thinking(None, Effort.OFF) == {}
    assert thinking(None, HIGH) == {"output_config": {"effort": "high"}}
    assert thinking(ModelCard("m"), Effort.OFF) == {}


@given(asked=st.integers(1, 1_000_000), known=st.integers(0, 200_000))
def test_no_more_is_asked_for_than_a_model_can_say(asked: int, known: int) -> None:
    most = most_output(ModelCard("m", max_output_tokens=known), asked)
    assert most == (min(asked, known) if known else asked)
    assert most_output(None, asked) == asked
