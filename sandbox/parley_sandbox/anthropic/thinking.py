"""What a request says of how much to think, and what Claude refuses of it.

What is refused is in print (see `models`); of the words only those for a thinking.type that a model does not take are
Anthropic's own.
"""

from collections.abc import Iterator
from typing import Literal

from .models import TYPES, Model
from .wire import Prompt

OFF = {"disabled", "between_tools"}
LEAST_BUDGET = 1_024
ABOVE_HIGH = {"xhigh", "max"}

Display = Literal["none", "omitted", "summarized"]
"""What a stream shows of thinking: no block at all, an empty one with its signature, or a summary."""


def complaints(prompt: Prompt, model: Model) -> Iterator[str]:
    """Yield what Claude refuses of the fields that say how much to think."""
    kind = _kind(prompt)
    if kind is not None and kind not in model.thinking.types:
        yield _refused(kind, model)
    if kind == "enabled" and budget(prompt) < LEAST_BUDGET:
        yield f"thinking.enabled.budget_tokens: Input should be greater than or equal to {LEAST_BUDGET}"
    yield from _effort_complaints(prompt, model, kind)


def budget(prompt: Prompt) -> int:
    """Return the tokens that are set apart for thinking; 0 for none."""
    tokens = (prompt.thinking or {}).get("budget_tokens")
    return tokens if isinstance(tokens, int) else 0


def _effort_complaints(prompt: Prompt, model: Model, kind: str | None) -> Iterator[str]:
    effort = (prompt.output_config or {}).get("effort")
    if effort is None:
        return
    if not model.thinking.efforts:
        yield "This model does not support the effort parameter."
    elif effort not in model.thinking.efforts:
        yield f"This model does not support effort level '{effort}'. Supported levels: {', '.join(model.thinking.efforts)}."
    elif kind in OFF and model.thinking.unasked and effort in ABOVE_HIGH:
        yield f"thinking cannot be turned off at effort level '{effort}'"


def _refused(kind: str, model: Model) -> str:
    if kind not in TYPES:
        return f"thinking: Input tag '{kind}' found using 'type' does not match any of the expected tags"
    if "adaptive" not in model.thinking.types:
        return f"{kind} thinking is not supported on this model"
    instead = (
        'To turn thinking off on this model, send "thinking": {"type": "between_tools"}.'
        if kind == "disabled" and "between_tools" in model.thinking.types
        else 'Use "thinking.type.adaptive" and "output_config.effort" to control thinking behavior.'
    )
    return f'"thinking.type.{kind}" is not supported for this model. {instead}'


def display(prompt: Prompt, model: Model) -> Display:
    """Return what is shown of thinking; a model of the fifth generation thinks unless it is told not to."""
    kind = _kind(prompt)
    if kind in OFF or (kind is None and not model.thinking.unasked):
        return "none"
    usual = "omitted" if model.thinking.unasked else "summarized"
    shown: Display = "omitted" if (prompt.thinking or {}).get("display", usual) == "omitted" else "summarized"
    return shown


def _kind(prompt: Prompt) -> str | None:
    return None if prompt.thinking is None else str(prompt.thinking.get("type"))
