"""The options of a command as they are registered: Discord's limits on them."""

from collections.abc import Mapping, Sequence

from parley_sandbox.discord.commands.kinds import CHOOSABLE, INTEGER_LIMIT, NESTED, OptionType
from parley_sandbox.discord.commands.names import LONGEST_DESCRIPTION, check_localised, check_slash_name, check_text
from parley_sandbox.discord.errors import FormFaults
from parley_sandbox.discord.model import Json

OPTIONS = 25
CHOICES = 25
CHOICE_CHARACTERS = 100
LONGEST_STRING = 6000
_VALUE_TYPES: Mapping[int, tuple[type, ...]] = {
    OptionType.STRING: (str,),
    OptionType.INTEGER: (int,),
    OptionType.NUMBER: (int, float),
}
_INSIDE: Mapping[int, Sequence[OptionType]] = {
    0: tuple(OptionType),
    OptionType.SUB_COMMAND_GROUP: (OptionType.SUB_COMMAND,),
    OptionType.SUB_COMMAND: tuple(kind for kind in OptionType if kind not in NESTED),
}
"""What may stand in a command (0), a group, a subcommand."""


def check_options(options: object, path: str, faults: FormFaults, inside: int = 0) -> None:
    """Add to `faults` what Discord would refuse in a list of options."""
    if options is None:
        return
    if not isinstance(options, list) or len(options) > OPTIONS:
        faults.add(path, "BASE_TYPE_MAX_LENGTH", f"Must be {OPTIONS} or fewer in length.")
        return
    well_formed = []
    for number, option in enumerate(options):
        if _check_type(f"{path}.{number}", option, inside, faults):
            _check_option(f"{path}.{number}", option, faults)
            well_formed.append(option)
    _check_together(path, well_formed, faults)


def check_choices(choices: object, kind: int, path: str, faults: FormFaults) -> None:
    """Add to `faults` what Discord would refuse in choices, registered ones or those of a completion."""
    if choices is None:
        return
    if not isinstance(choices, list) or len(choices) > CHOICES:
        faults.add(path, "BASE_TYPE_MAX_LENGTH", f"Must be {CHOICES} or fewer in length.")
        return
    for number, choice in enumerate(choices):
        _check_choice(f"{path}.{number}", choice, kind, faults)


def fits(kind: int, value: object) -> bool:
    """Whether a value is of the type and range that an option of this type takes."""
    if isinstance(value, bool) or not isinstance(value, _VALUE_TYPES[kind]):
        return False
    return isinstance(value, str) or -INTEGER_LIMIT < value < INTEGER_LIMIT  # type: ignore[operator]  # a number by now


def _check_type(path: str, option: object, inside: int, faults: FormFaults) -> bool:
    if not isinstance(option, dict):
        faults.add(path, "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
        return False
    if option.get("type") in _INSIDE[inside]:
        return True
    faults.add(f"{path}.type", "BASE_TYPE_CHOICES", f"Value must be one of {list(map(int, _INSIDE[inside]))}.")
    return False


def _check_option(path: str, option: Json, faults: FormFaults) -> None:
    check_localised(option, "name", path, check_slash_name, faults)
    check_localised(option, "description", path, check_text(LONGEST_DESCRIPTION), faults)
    kind = option["type"]
    if kind in NESTED:
        check_options(option.get("options"), f"{path}.options", faults, kind)
        return
    if option.get("options"):
        faults.add(f"{path}.options", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Only subcommands have options")
    _check_offered(path, option, faults)
    _check_range(path, option, faults)


def _check_offered(path: str, option: Json, faults: FormFaults) -> None:
    offered = option.get("choices"), option.get("autocomplete")
    if not any(offered):
        return
    if option["type"] not in CHOOSABLE:
        faults.add(path, "APPLICATION_COMMAND_OPTION_CHOICES_TYPE", "Options of this type have no choices")
        return
    if all(offered):
        message = "Autocomplete can not be set to true if choices are present"
        faults.add(f"{path}.autocomplete", "APPLICATION_COMMAND_AUTOCOMPLETE_CHOICES", message)
    check_choices(option.get("choices"), option["type"], f"{path}.choices", faults)


def _check_choice(path: str, choice: object, kind: int, faults: FormFaults) -> None:
    if not isinstance(choice, dict):
        faults.add(path, "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
        return
    check_localised(choice, "name", path, check_text(CHOICE_CHARACTERS), faults)
    value = choice.get("value")
    if not fits(kind, value):
        faults.add(f"{path}.value", "BASE_TYPE_BAD_TYPE", "Value is not of the option's type.")
    elif isinstance(value, str) and len(value) > CHOICE_CHARACTERS:
        faults.add(f"{path}.value", "BASE_TYPE_MAX_LENGTH", f"Must be {CHOICE_CHARACTERS} or fewer in length.")


def _check_range(path: str, option: Json, faults: FormFaults) -> None:
    for name in ("min_value", "max_value"):
        if option.get(name) is not None and not (
            option["type"] in (OptionType.INTEGER, OptionType.NUMBER) and fits(option["type"], option[name])
        ):
            faults.add(f"{path}.{name}", "NUMBER_TYPE_COERCE", "Must be a number of the option's type.")
    for name, lowest in (("min_length", 0), ("max_length", 1)):
        given = option.get(name)
        if given is not None and not (
            option["type"] == OptionType.STRING and isinstance(given, int) and lowest <= given <= LONGEST_STRING
        ):
            faults.add(f"{path}.{name}", "NUMBER_TYPE_MAX", f"Must be between {lowest} and {LONGEST_STRING}.")


def _check_together(path: str, options: Sequence[Json], faults: FormFaults) -> None:
    names = [option.get("name") for option in options]
    if len(set(map(str, names))) < len(names):
        faults.add(path, "APPLICATION_COMMAND_OPTIONS_NAME_INVALID", "Option names must be unique")
    wanted = [bool(option.get("required")) for option in options]
    if wanted != sorted(wanted, reverse=True):
        message = "Required options must be placed before non-required options"
        faults.add(path, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message)
    if len({option["type"] in NESTED for option in options}) > 1:
        message = "Sub-command and sub-command group option types are mutually exclusive to all other types"
        faults.add(path, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message)
