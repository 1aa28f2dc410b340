"""The models that the loopback Claude offers, with the figures that its rules need.

Ids, release dates, output limits and least cacheable prefixes as published on platform.claude.com and read on
2026-11-22. For the 5.5 models no least prefix was found in print; they carry that of the model they replace.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from .errors import ApiError


@dataclass(frozen=True, slots=True)
class Model:
    """One model: `least_prefix` in tokens is the shortest prefix that its prompt cache keeps."""

    id: str
    display_name: str
    released: datetime
    context: int
    max_output: int
    least_prefix: int
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
        }


def _day(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, tzinfo=UTC)


MODELS: tuple[Model, ...] = (
    Model("claude-haiku-5-5", "Claude Haiku 5.5", _day(2026, 10, 7), 1_000_000, 128_000, 4_096),
    Model("claude-sonnet-5-5", "Claude Sonnet 5.5", _day(2026, 9, 29), 1_000_000, 128_000, 1_024),
    Model("claude-opus-5-5", "Claude Opus 5.5", _day(2026, 9, 29), 1_000_000, 128_000, 512),
    Model("claude-opus-5", "Claude Opus 5", _day(2026, 7, 24), 1_000_000, 128_000, 512),
    Model("claude-sonnet-5", "Claude Sonnet 5", _day(2026, 6, 30), 1_000_000, 128_000, 1_024),
    Model("claude-opus-4-8", "Claude Opus 4.8", _day(2026, 5, 28), 1_000_000, 128_000, 1_024),
    Model("claude-opus-4-7", "Claude Opus 4.7", _day(2026, 4, 16), 1_000_000, 128_000, 2_048),
    Model("claude-sonnet-4-6", "Claude Sonnet 4.6", _day(2026, 2, 17), 1_000_000, 64_000, 1_024),
    Model("claude-opus-4-6", "Claude Opus 4.6", _day(2026, 2, 5), 1_000_000, 128_000, 4_096),
    Model("claude-opus-4-5-20251101", "Claude Opus 4.5", _day(2025, 11, 24), 200_000, 64_000, 4_096, prefill=True),
    Model("claude-haiku-4-5-20251001", "Claude Haiku 4.5", _day(2025, 10, 15), 200_000, 64_000, 4_096, prefill=True),
    Model("claude-sonnet-4-5-20250929", "Claude Sonnet 4.5", _day(2025, 9, 29), 200_000, 64_000, 1_024, prefill=True),
)
_ALIASES = {model.id.rsplit("-", 1)[0]: model for model in MODELS if model.id[-8:].isdigit()}
_BY_ID = {model.id: model for model in MODELS} | _ALIASES


def find(name: str) -> Model:
    """Return the model of this id or alias; a name that nobody has is Anthropic's 404."""
    if name not in _BY_ID:
        raise ApiError(404, f"model: {name}")
    return _BY_ID[name]
