"""The options of a slash command as the bot gets them: typed, checked, with the objects behind ids."""

from collections.abc import Mapping, Sequence

from parley_sandbox.discord.commands.kinds import CHOOSABLE, OptionType
from parley_sandbox.discord.commands.options import LONGEST_STRING, fits
from parley_sandbox.discord.commands.resolved import Resolved
from parley_sandbox.discord.errors import FormFaults, bad_field
from parley_sandbox.discord.model import Json

_ID = OptionType.STRING
"""What stands for a user, a channel, a role."""


def filled(
    command: Json, given: Mapping[str, object], attachments: Sequence[Json], resolved: Resolved
) -> Sequence[Json]:
    """Return `options` of a command that is used and put the objects that they name into `resolved`, or refuse."""
    known = {option["name"]: option for option in command.get("options") or ()}
    faults = FormFaults()
    for name in set(given) - set(known):
        faults.add(name, "OPTION_UNKNOWN", "The command has no such option")
    for name, option in known.items():
        if option.get("required") and name not in given:
            faults.add(name, "BASE_TYPE_REQUIRED", "This option is required")
    faults.raise_if_any()
    options = [
        {"name": name, "type": option["type"], "value": _value(option, given[name], attachments, faults)}
        for name, option in known.items()
        if name in given
    ]
    faults.raise_if_any()
    for option in options:
        _resolve(known[option["name"]], str(option["value"]), attachments, resolved)
    return options


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
    if kind == OptionType.ATTACHMENT:
        if not isinstance(value, int) or not 0 <= value < len(attachments):
            faults.add(name, "OPTION_ATTACHMENT", "There is no such file")
            return ""
        return attachments[value]["id"]
    right = isinstance(value, bool) if kind == OptionType.BOOLEAN else fits(kind if kind in CHOOSABLE else _ID, value)
    if not right:
        faults.add(name, "OPTION_TYPE", f"Must be of type {OptionType(kind).name.lower()}")
        return value
    _check_bounds(option, value, faults)
    return value


def _check_bounds(option: Json, value: object, faults: FormFaults) -> None:
    name, choices = option["name"], option.get("choices") or []
    if choices and value not in {choice["value"] for choice in choices}:
        faults.add(name, "BASE_TYPE_CHOICES", "Value must be one of the choices.")
    if isinstance(value, str):
        low, high, size = option.get("min_length", 0), option.get("max_length", LONGEST_STRING), float(len(value))
    else:
        low, high, size = option.get("min_value", float("-inf")), option.get("max_value", float("inf")), _size(value)
    if not low <= size <= high:
        faults.add(name, "NUMBER_TYPE_MAX", f"Must be between {low} and {high}.")


def _size(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _resolve(option: Json, value: str, attachments: Sequence[Json], resolved: Resolved) -> None:
    match option["type"]:
        case OptionType.ATTACHMENT:
            resolved.add_attachment(next(each for each in attachments if each["id"] == value))
        case OptionType.USER:
            resolved.add_user(value, option["name"])
        case OptionType.CHANNEL:
            resolved.add_channel(value, option["name"], option.get("channel_types"))
        case OptionType.ROLE:
            resolved.add_role(value, option["name"])
        case OptionType.MENTIONABLE:
            resolved.add_mentionable(value, option["name"])
