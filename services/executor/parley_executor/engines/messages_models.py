"""What Claude's API tells of its models, and how a request for one says how much Claude shall think. Pure.

Since Claude Sonnet 5 a model thinks unless it is told not to, each generation takes other words for that, and a word
that it does not take is an error (https://platform.claude.com/docs/en/build-with-claude/thinking). So the words come
from what the list of models says each takes (https://platform.claude.com/docs/en/api/models/list).
"""

from __future__ import annotations

from typing import Any

import orjson

from parley_executor.model import Effort, ModelCard

_RISING = tuple(effort for effort in Effort if effort is not Effort.OFF)

_WAYS_TO_ANSWER_AT_ONCE = ("disabled", "between_tools")
"""Values of thinking.type without thinking before the reply; Sonnet 5.5 takes only the second."""


class MalformedListError(ValueError):
    """A list of models is not of the form that it should have."""


def read(body: bytes) -> tuple[ModelCard, ...]:
    """Return the models of a list that requests may still name. Raises MalformedListError."""
    try:
        models = orjson.loads(body)["data"]
        return tuple(_card(model) for model in models if model.get("lifecycle") != "retired")
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        raise MalformedListError from None


def _card(model: dict[str, Any]) -> ModelCard:
    can = model.get("capabilities") or {}
    return ModelCard(
        id=_text(model["id"]),
        display_name=_text(model.get("display_name") or ""),
        max_input_tokens=_tokens(model.get("max_input_tokens")),
        max_output_tokens=_tokens(model.get("max_tokens")),
        efforts=tuple(effort for effort in _RISING if _supported(can.get("effort"), effort.value)),
        thinking=_thinking_types(can.get("thinking")),
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _tokens(value: Any) -> int:
    """Return a number of tokens, 0 for anything that is none."""
    return value if isinstance(value, int) and 0 < value < 2**32 else 0


def _thinking_types(thinking: dict[str, Any] | None) -> frozenset[str]:
    types = (thinking or {}).get("types") or {}
    return frozenset(kind for kind in types if _supported(types, kind))


def _supported(capability: dict[str, Any] | None, name: str) -> bool:
    return bool(((capability or {}).get(name) or {}).get("supported"))


def most_output(card: ModelCard | None, asked: int) -> int:
    """Return the most tokens to ask for; more than a model can say would be refused."""
    return min(asked, card.max_output_tokens) if card is not None and card.max_output_tokens else asked


def thinking(card: ModelCard | None, effort: Effort) -> dict[str, Any]:
    """Return the fields of a request that say how much Claude shall think.

    Of an unknown model nothing is said that it might refuse, but for an effort that is asked for.
    """
    if effort is Effort.OFF:
        return _answer_at_once(card) if card is not None else {}
    if card is None:
        return _at(effort)
    adaptive = {"thinking": {"type": "adaptive"}} if "adaptive" in card.thinking else {}
    known = [level for level in card.efforts if _RISING.index(level) <= _RISING.index(effort)]
    return adaptive | (_at(known[-1]) if known else {})


def _answer_at_once(card: ModelCard) -> dict[str, Any]:
    for way in _WAYS_TO_ANSWER_AT_ONCE:
        if way in card.thinking:
            return {"thinking": {"type": way}}
    # Such as Opus 5.5, which always thinks.
    return _at(card.efforts[0]) if card.thinking and card.efforts else {}


def _at(effort: Effort) -> dict[str, Any]:
    return {"output_config": {"effort": effort.value}}
