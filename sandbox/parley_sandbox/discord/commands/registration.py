"""A command as it is registered: Discord's limits on one, and on all of a scope together."""

from collections import Counter
from collections.abc import Iterator, Sequence

from parley_sandbox.discord.commands.kinds import IN_DIRECT, IN_GUILD, IN_PRIVATE, MOST, CommandType
from parley_sandbox.discord.commands.names import (
    LONGEST_DESCRIPTION,
    LONGEST_NAME,
    check_localised,
    check_slash_name,
    check_text,
)
from parley_sandbox.discord.commands.options import check_options
from parley_sandbox.discord.errors import ApiError, Code, FormFaults
from parley_sandbox.discord.model import Json

CHARACTERS = 8000
"""Of all names, descriptions and values of one command together, each in its longest translation."""
_COUNTED = ("name", "description", "value")


def check_command(path: str, command: object, faults: FormFaults) -> None:
    """Add to `faults` what Discord would refuse in one command."""
    if not isinstance(command, dict):
        faults.add(path, "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
        return
    kind = command.get("type") or CommandType.CHAT_INPUT
    if kind not in tuple(MOST):
        faults.add(f"{path}.type", "BASE_TYPE_CHOICES", "Value must be one of {1, 2, 3}.")
        return
    if kind == CommandType.CHAT_INPUT:
        _check_slash(path, command, faults)
    else:
        _check_menu_entry(path, command, faults)
    _check_scope(path, command, faults)


def check_together(commands: Sequence[Json]) -> None:
    """Refuse what one scope cannot hold: too many of a type (30032), or two of one name."""
    for kind, number in Counter(command["type"] for command in commands).items():
        if number > MOST[kind]:
            message = f"Maximum number of application commands reached ({MOST[kind]})."
            raise ApiError(400, Code.TOO_MANY_COMMANDS, message)
    faults = FormFaults()
    seen: set[tuple[str, int]] = set()
    for number, command in enumerate(commands):
        if (key := (command["name"], command["type"])) in seen:
            message = "Application command names must be unique"
            faults.add(f"{number}.name", "APPLICATION_COMMANDS_DUPLICATE_NAME", message)
        seen.add(key)
    faults.raise_if_any()


def _check_slash(path: str, command: Json, faults: FormFaults) -> None:
    check_localised(command, "name", path, check_slash_name, faults)
    check_localised(command, "description", path, check_text(LONGEST_DESCRIPTION), faults)
    check_options(command.get("options"), f"{path}.options", faults)
    if sum(_lengths(command)) > CHARACTERS:
        message = f"Command exceeds maximum size ({CHARACTERS})"
        faults.add(path, "APPLICATION_COMMAND_TOO_LARGE", message)


def _check_menu_entry(path: str, command: Json, faults: FormFaults) -> None:
    check_localised(command, "name", path, check_text(LONGEST_NAME), faults)
    if command.get("description"):
        message = "Context menu commands cannot have description"
        faults.add(f"{path}.description", "APPLICATION_COMMAND_INVALID_DESCRIPTION", message)
    if command.get("options"):
        message = "Context menu commands cannot have options"
        faults.add(f"{path}.options", "APPLICATION_COMMAND_INVALID_OPTIONS", message)


def _check_scope(path: str, command: Json, faults: FormFaults) -> None:
    permissions = command.get("default_member_permissions")
    if permissions is not None and (isinstance(permissions, bool) or not str(permissions).isdecimal()):
        message = "Must be a bit field of permissions, as a string."
        faults.add(f"{path}.default_member_permissions", "NUMBER_TYPE_COERCE", message)
    for name, known in (("contexts", (IN_GUILD, IN_DIRECT, IN_PRIVATE)), ("integration_types", (0, 1))):
        given = command.get(name)
        if given is not None and not (isinstance(given, list) and given and all(each in known for each in given)):
            faults.add(f"{path}.{name}", "BASE_TYPE_CHOICES", f"Must be a list of some of {known}.")


def _lengths(node: object) -> Iterator[int]:
    """Yield the length of each counted text below a command."""
    if isinstance(node, list):
        for each in node:
            yield from _lengths(each)
    elif isinstance(node, dict):
        for key in _COUNTED:
            translations = node.get(f"{key}_localizations") or {}
            texts = [node.get(key), *(translations.values() if isinstance(translations, dict) else ())]
            yield max((len(text) for text in texts if isinstance(text, str)), default=0)
        for key in ("options", "choices"):
            yield from _lengths(node.get(key))
