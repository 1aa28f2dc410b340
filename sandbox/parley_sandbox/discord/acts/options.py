"""The options of a slash command as the bot gets them: typed, checked, with the objects behind ids."""

from collections.abc import Mapping, Sequence

from parley_sandbox.discord.errors import FormFaults, bad_field
from parley_sandbox.discord.model import Json
from parley_sandbox.discord.world import World

STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, ATTACHMENT = range(3, 12)
_TYPES: Mapping[int, tuple[type, ...]] = {STRING: (str,), INTEGER: (int,), BOOLEAN: (bool,), NUMBER: (int, float)}
LONGEST = 6000
"""Characters of a text option."""


def filled(world: World, command: Json, given: Mapping[str, object], attachments: Sequence[Json]) -> Json:
    """Return `options` and `resolved` of a command that is used, or refuse."""
    known = {option["name"]: option for option in command.get("options") or ()}
    faults = FormFaults()
    for name in set(given) - set(known):
        faults.add(name, "OPTION_UNKNOWN", "The command has no such option")
    for name, option in known.items():
        if option.get("required") and name not in given:
            faults.add(name, "BASE_TYPE_REQUIRED", "This option is required")
    faults.raise_if_any()
    options, resolved = [], dict[str, dict[str, Json]]()
    for name in (name for name in known if name in given):
        value = _value(known[name], given[name], attachments, faults)
        options.append({"name": name, "type": known[name]["type"], "value": value})
        _resolve(world, known[name]["type"], str(value), attachments, resolved)
    faults.raise_if_any()
    return {"options": options, **({"resolved": resolved} if resolved else {})}


def completed(command: Json, wanted: str, typed: str, given: Mapping[str, object]) -> Json:
    """Return `options` of a command that is being typed, one of them focused."""
    known = {option["name"]: option for option in command.get("options") or ()}
    if not known.get(wanted, {}).get("autocomplete"):
        raise bad_field("option", "OPTION_UNKNOWN", "The command has no such option to complete")
    others = [
        {"name": name, "type": known[name]["type"], "value": value}
        for name, value in given.items()
        if name in known and name != wanted
    ]
    return {"options": [*others, {"name": wanted, "type": known[wanted]["type"], "value": typed, "focused": True}]}


def _value(option: Json, value: object, attachments: Sequence[Json], faults: FormFaults) -> object:
    name, kind = option["name"], option["type"]
    if kind == ATTACHMENT:
        if not isinstance(value, int) or not 0 <= value < len(attachments):
            faults.add(name, "OPTION_ATTACHMENT", "There is no such file")
            return ""
        return attachments[value]["id"]
    wanted = _TYPES.get(kind, (str,))
    if not isinstance(value, wanted) or (isinstance(value, bool) and kind != BOOLEAN):
        faults.add(name, "OPTION_TYPE", f"Must be of type {wanted[0].__name__}")
        return value
    _check_bounds(option, value, faults)
    return value


def _check_bounds(option: Json, value: object, faults: FormFaults) -> None:
    name, choices = option["name"], option.get("choices") or []
    if choices and value not in {choice["value"] for choice in choices}:
        faults.add(name, "BASE_TYPE_CHOICES", "Value must be one of the choices.")
    if isinstance(value, str):
        low, high, size = option.get("min_length", 0), option.get("max_length", LONGEST), float(len(value))
    else:
        low, high, size = option.get("min_value", float("-inf")), option.get("max_value", float("inf")), _size(value)
    if not low <= size <= high:
        faults.add(name, "NUMBER_TYPE_MAX", f"Must be between {low} and {high}.")


def _size(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _resolve(
    world: World, kind: int, value: str, attachments: Sequence[Json], resolved: dict[str, dict[str, Json]]
) -> None:
    match kind:
        case _ if kind == ATTACHMENT:
            found = next((each for each in attachments if each["id"] == value), None)
            if found is not None:
                resolved.setdefault("attachments", {})[value] = found
        case _ if kind == USER:
            resolved.setdefault("users", {})[value] = world.user(value)
        case _ if kind == CHANNEL:
            permissions = str(int(world.permissions_of(world.bot["id"], value)))
            resolved.setdefault("channels", {})[value] = {**world.channel(value), "permissions": permissions}
        case _:
            pass
