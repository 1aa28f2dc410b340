"""Embeds of a message: Discord's limits, and how it shows them."""

from collections.abc import Mapping, Sequence

from parley_sandbox.discord.errors import FormFaults
from parley_sandbox.discord.model import Json

FIELDS = 25
_LONGEST: Mapping[str, int] = {"title": 256, "description": 4096}
_FIELD: Mapping[str, int] = {"name": 256, "value": 1024}


def check_embeds(embeds: Sequence[Json], faults: FormFaults) -> None:
    """Add to `faults` what Discord would refuse."""
    for number, embed in enumerate(embeds):
        path = f"embeds.{number}"
        for name, longest in _LONGEST.items():
            if embed.get(name) is not None:
                _check_text(f"{path}.{name}", embed[name], longest, faults)
        _check_fields(f"{path}.fields", embed.get("fields") or (), faults)


def shown(embeds: Sequence[Json]) -> list[Json]:
    """Return embeds as clients get them."""
    return [_shown(embed) for embed in embeds]


def _shown(embed: Json) -> Json:
    given = {key: value for key, value in embed.items() if value is not None}
    if "fields" in given:
        given["fields"] = [{"inline": False, **field} for field in given["fields"]]
    return given | {"type": "rich"}


def _check_fields(path: str, fields: object, faults: FormFaults) -> None:
    if not isinstance(fields, list | tuple) or len(fields) > FIELDS:
        faults.add(path, "BASE_TYPE_MAX_LENGTH", f"Must be {FIELDS} or fewer in length.")
        return
    for number, field in enumerate(fields):
        for name, longest in _FIELD.items():
            said = field.get(name) if isinstance(field, dict) else None
            _check_text(f"{path}.{number}.{name}", said, longest, faults)


def _check_text(path: str, said: object, longest: int, faults: FormFaults) -> None:
    if not isinstance(said, str):
        faults.add(path, "BASE_TYPE_REQUIRED", "This field is required")
    elif len(said) > longest:
        faults.add(path, "BASE_TYPE_MAX_LENGTH", f"Must be {longest} or fewer in length.")
