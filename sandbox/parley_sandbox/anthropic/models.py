"""The models that the loopback Claude offers, with the figures that its rules need.

Ids, release dates, output limits and least cacheable prefixes as published on platform.claude.com and read on
2026-11-22. For the 5.5 models no least prefix was found in print; they carry that of the model they replace. Ways of
thinking and levels of effort: of the fifth generation by the migration guides there, of earlier models by the tables of
others who call them.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from .errors import ApiError

EFFORTS = ("low", "medium", "high", "xhigh", "max")
TYPES = ("adaptive", "between_tools", "disabled", "enabled")
"""All values of thinking.type."""


@dataclass(frozen=True, slots=True)
class Thinking:
    """How a model may be told to think: the values of thinking.type and the levels of effort that it takes.

    unasked: it thinks when a request says nothing of it.
    """

    types: tuple[str, ...]
    efforts: tuple[str, ...] = EFFORTS
    unasked: bool = False

    def as_json(self) -> dict[str, object]:
        """Return its part of the `capabilities` of a model."""
        return {
            "effort": _supported(bool(self.efforts)) | _each(EFFORTS, self.efforts),
            "thinking": _supported(bool(self.types)) | {"types": _each(TYPES, self.types)},
        }


@dataclass(frozen=True, slots=True)
class Model:
    """One model: `least_prefix` in tokens is the shortest prefix that its prompt cache keeps."""

    id: str
    display_name: str
    released: datetime
    context: int
    max_output: int
    least_prefix: int
    thinking: Thinking
    prefill: bool = False

    def as_json(self) -> dict[str, object]:
        """Return the `ModelInfo` object of `GET /v1/models`."""
        return {
            "type": "model",
            "id": self.id,
            "display_name": self.display_name,
            "created_at": self.released.isoformat().replace("+00:00", "Z"),
            "max_input_tokens": self.context,
            "max_tokens": self.max_output,
            "lifecycle": "active",
            "capabilities": self.thinking.as_json(),
        }


def _supported(yes: bool) -> dict[str, object]:  # noqa: FBT001  # what it is asked about is its caller's word
    return {"supported": yes}


def _each(names: tuple[str, ...], supported: tuple[str, ...]) -> dict[str, object]:
    return {name: _supported(name in supported) for name in names}


def _day(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, tzinfo=UTC)


_BUDGETED = Thinking(("disabled", "enabled"), efforts=())
_WITH_EFFORT = Thinking(("disabled", "enabled"), efforts=("low", "medium", "high"))
_EITHER = Thinking(("adaptive", "disabled", "enabled"), efforts=("low", "medium", "high", "max"))
_ON_REQUEST = Thinking(("adaptive", "disabled"))
_UNASKED = Thinking(("adaptive", "disabled"), unasked=True)
_BETWEEN = Thinking(("adaptive", "between_tools"), unasked=True)
_ALWAYS = Thinking(("adaptive",), unasked=True)

MODELS: tuple[Model, ...] = (
    Model("claude-haiku-5-5", "Claude Haiku 5.5", _day(2026, 10, 7), 1_000_000, 128_000, 4_096, _UNASKED),
    Model("claude-sonnet-5-5", "Claude Sonnet 5.5", _day(2026, 9, 29), 1_000_000, 128_000, 1_024, _BETWEEN),
    Model("claude-opus-5-5", "Claude Opus 5.5", _day(2026, 9, 29), 1_000_000, 128_000, 512, _ALWAYS),
    Model("claude-opus-5", "Claude Opus 5", _day(2026, 7, 24), 1_000_000, 128_000, 512, _UNASKED),
    Model("claude-sonnet-5", "Claude Sonnet 5", _day(2026, 6, 30), 1_000_000, 128_000, 1_024, _UNASKED),
    Model("claude-opus-4-8", "Claude Opus 4.8", _day(2026, 5, 28), 1_000_000, 128_000, 1_024, _ON_REQUEST),
    Model("claude-opus-4-7", "Claude Opus 4.7", _day(2026, 4, 16), 1_000_000, 128_000, 2_048, _ON_REQUEST),
    Model("claude-sonnet-4-6", "Claude Sonnet 4.6", _day(2026, 2, 17), 1_000_000, 64_000, 1_024, _EITHER),
    Model("claude-opus-4-6", "Claude Opus 4.6", _day(2026, 2, 5), 1_000_000, 128_000, 4_096, _EITHER),
    Model("claude-opus-4-5-20251101", "Claude Opus 4.5", _day(2025, 11, 24), 200_000, 64_000, 4_096, _WITH_EFFORT, prefill=True),
    Model("claude-haiku-4-5-20251001", "Claude Haiku 4.5", _day(2025, 10, 15), 200_000, 64_000, 4_096, _BUDGETED, prefill=True),
    Model("claude-sonnet-4-5-20250929", "Claude Sonnet 4.5", _day(2025, 9, 29), 200_000, 64_000, 1_024, _BUDGETED, prefill=True),
)  # fmt: skip
_ALIASES = {model.id.rsplit("-", 1)[0]: model for model in MODELS if model.id[-8:].isdigit()}
_BY_ID = {model.id: model for model in MODELS} | _ALIASES


def find(name: str) -> Model:
    """Return the model of this id or alias; a name that nobody has is Anthropic's 404."""
    if name not in _BY_ID:
        raise ApiError(404, f"model: {name}")
    return _BY_ID[name]
