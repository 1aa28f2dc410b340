"""Lists under a message to choose from: Discord's limits."""

from collections.abc import Mapping
from enum import IntEnum

from parley_sandbox.discord.errors import FormFaults
from parley_sandbox.discord.model import Json


class Select(IntEnum):
    """What a list holds: its own options, or users, roles, both, or channels of the place where it stands."""

    STRING = 3
    USER = 5
    ROLE = 6
    MENTIONABLE = 7
    CHANNEL = 8


OPTIONS = 25
_LONGEST: Mapping[str, int] = {"label": 100, "value": 100, "description": 100}
_PLACEHOLDER = 150
_DEFAULTS: Mapping[int, tuple[str, ...]] = {
    Select.USER: ("user",),
    Select.ROLE: ("role",),
    Select.MENTIONABLE: ("user", "role"),
    Select.CHANNEL: ("channel",),
}
"""Which kinds of things may be chosen from the start."""


def check_select(path: str, select: Json, faults: FormFaults) -> None:
    """Add to `faults` what Discord would refuse."""
    if len(str(select.get("placeholder") or "")) > _PLACEHOLDER:
        faults.add(f"{path}.placeholder", "BASE_TYPE_MAX_LENGTH", f"Must be {_PLACEHOLDER} or fewer in length.")
    least, most = _bounds(path, select, faults)
    if select["type"] == Select.STRING:
        chosen = _check_options(f"{path}.options", select.get("options"), faults)
    else:
        chosen = _check_defaults(f"{path}.default_values", select, faults)
    if chosen and not least <= chosen <= most:
        message = f"Must choose between {least} and {most} from the start."
        faults.add(path, "SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES", message)


def _bounds(path: str, select: Json, faults: FormFaults) -> tuple[int, int]:
    bounds = []
    for name, lowest in (("min_values", 0), ("max_values", 1)):
        given = select.get(name)
        bounds.append(1 if given is None else given)
        if not isinstance(bounds[-1], int) or not lowest <= bounds[-1] <= OPTIONS:
            faults.add(f"{path}.{name}", "NUMBER_TYPE_MAX", f"int value should be between {lowest} and {OPTIONS}.")
            bounds[-1] = 1
    if bounds[0] > bounds[1]:
        faults.add(f"{path}.min_values", "SELECT_COMPONENT_MIN_GREATER", "Minimum is greater than maximum")
    return bounds[0], bounds[1]


def _check_options(path: str, options: object, faults: FormFaults) -> int:
    """Return how many options are chosen from the start."""
    if not isinstance(options, list) or not 1 <= len(options) <= OPTIONS:
        faults.add(path, "BASE_TYPE_BAD_LENGTH", f"Must be between 1 and {OPTIONS} in length.")
        return 0
    well_formed = [option for option in options if isinstance(option, dict)]
    if len(well_formed) < len(options):
        faults.add(path, "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
    for number, option in enumerate(well_formed):
        _check_texts(f"{path}.{number}", option, faults)
    if len({str(option.get("value")) for option in well_formed}) < len(well_formed):
        faults.add(path, "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "The specified option value is already used")
    return sum(bool(option.get("default")) for option in well_formed)


def _check_texts(path: str, option: Json, faults: FormFaults) -> None:
    for name, longest in _LONGEST.items():
        text = option.get(name)
        if text is None and name == "description":
            continue
        if not isinstance(text, str) or not 1 <= len(text) <= longest:
            faults.add(f"{path}.{name}", "BASE_TYPE_BAD_LENGTH", f"Must be between 1 and {longest} in length.")


def _check_defaults(path: str, select: Json, faults: FormFaults) -> int:
    """Return how many things are chosen from the start."""
    defaults = select.get("default_values") or []
    if not isinstance(defaults, list) or len(defaults) > OPTIONS:
        faults.add(path, "BASE_TYPE_MAX_LENGTH", f"Must be {OPTIONS} or fewer in length.")
        return 0
    for number, default in enumerate(defaults):
        if not isinstance(default, dict) or default.get("type") not in _DEFAULTS[select["type"]]:
            message = f"Value must be one of {_DEFAULTS[select['type']]}."
            faults.add(f"{path}.{number}.type", "BASE_TYPE_CHOICES", message)
    return len(defaults)
