"""The models that the loopback Claude offers, with the figures that its rules need.

Ids, release dates, output limits, least cacheable prefixes, ways of thinking and levels of effort as published on
platform.claude.com and read on 2026-11-22. For the 5.5 models no least prefix was found there; they carry that of the
model they replace.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from .errors import ApiError

EFFORTS = ("low", "medium", "high", "xhigh", "max")
THINKING = ("adaptive", "between_tools", "disabled", "enabled")
"""All values of thinking.type."""


@dataclass(frozen=True, slots=True)
class Model:
    """One model: `least_prefix` in tokens is the shortest prefix that its prompt cache keeps.

    thinking: the values of thinking.type that it takes; thinks: it does so when a request says nothing of it.
    efforts: the levels that it takes.
    """

    id: str
    display_name: str
    released: datetime
    context: int
    max_output: int
    least_prefix: int
    thinking: tuple[str, ...]
    efforts: tuple[str, ...]
    thinks: bool = False
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
            "capabilities": {
                "effort": _supported(bool(self.efforts)) | _each(EFFORTS, self.efforts),
                "thinking": _supported(bool(self.thinking)) | {"types": _each(THINKING, self.thinking)},
            },
        }


def _supported(yes: bool) -> dict[str, object]:  # noqa: FBT001  # what it is asked about is its caller's word
    return {"supported": yes}


def _each(names: tuple[str, ...], supported: tuple[str, ...]) -> dict[str, object]:
    return {name: _supported(name in supported) for name in names}


def _day(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, tzinfo=UTC)


_SWITCHABLE = ("adaptive", "disabled")
_EITHER = ("adaptive", "disabled", "enabled")
_BUDGETED = ("disabled", "enabled")
_NO_XHIGH = ("low", "medium", "high", "max")
_FIRST_THREE = ("low", "medium", "high")

MODELS: tuple[Model, ...] = (
    Model(
        "claude-haiku-5-5",
        "Claude Haiku 5.5",
        _day(2026, 10, 7),
        1_000_000,
        128_000,
        4_096,
        _SWITCHABLE,
        EFFORTS,
        thinks=True,
    ),
    Model(
        "claude-sonnet-5-5",
        "Claude Sonnet 5.5",
        _day(2026, 9, 29),
        1_000_000,
        128_000,
        1_024,
        ("adaptive", "between_tools"),
        EFFORTS,
        thinks=True,
    ),
    Model(
        "claude-opus-5-5",
        "Claude Opus 5.5",
        _day(2026, 9, 29),
        1_000_000,
        128_000,
        512,
        ("adaptive",),
        EFFORTS,
        thinks=True,
    ),
    Model(
        "claude-opus-5", "Claude Opus 5", _day(2026, 7, 24), 1_000_000, 128_000, 512, _SWITCHABLE, EFFORTS, thinks=True
    ),
    Model(
        "claude-sonnet-5",
        "Claude Sonnet 5",
        _day(2026, 6, 30),
        1_000_000,
        128_000,
        1_024,
        _SWITCHABLE,
        EFFORTS,
        thinks=True,
    ),
    Model("claude-opus-4-8", "Claude Opus 4.8", _day(2026, 5, 28), 1_000_000, 128_000, 1_024, _SWITCHABLE, EFFORTS),
    Model("claude-opus-4-7", "Claude Opus 4.7", _day(2026, 4, 16), 1_000_000, 128_000, 2_048, _SWITCHABLE, EFFORTS),
    Model("claude-sonnet-4-6", "Claude Sonnet 4.6", _day(2026, 2, 17), 1_000_000, 64_000, 1_024, _EITHER, _NO_XHIGH),
    Model("claude-opus-4-6", "Claude Opus 4.6", _day(2026, 2, 5), 1_000_000, 128_000, 4_096, _EITHER, _NO_XHIGH),
    Model(
        "claude-opus-4-5-20251101",
        "Claude Opus 4.5",
        _day(2025, 11, 24),
        200_000,
        64_000,
        4_096,
        _BUDGETED,
        _FIRST_THREE,
        prefill=True,
    ),
    Model(
        "claude-haiku-4-5-20251001",
        "Claude Haiku 4.5",
        _day(2025, 10, 15),
        200_000,
        64_000,
        4_096,
        _BUDGETED,
        (),
        prefill=True,
    ),
    Model(
        "claude-sonnet-4-5-20250929",
        "Claude Sonnet 4.5",
        _day(2025, 9, 29),
        200_000,
        64_000,
        1_024,
        _BUDGETED,
        (),
        prefill=True,
    ),
)
_ALIASES = {model.id.rsplit("-", 1)[0]: model for model in MODELS if model.id[-8:].isdigit()}
_BY_ID = {model.id: model for model in MODELS} | _ALIASES


def find(name: str) -> Model:
    """Return the model of this id or alias; a name that nobody has is Anthropic's 404."""
    if name not in _BY_ID:
        raise ApiError(404, f"model: {name}")
    return _BY_ID[name]
