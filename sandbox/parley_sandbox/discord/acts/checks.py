"""What Discord demands of the application commands that a bot registers."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final

from parley_sandbox.discord.errors import FormFaults
from parley_sandbox.discord.model import Json

CHAT_INPUT, USER, MESSAGE = 1, 2, 3
SUB_COMMAND, SUB_COMMAND_GROUP = 1, 2
STRING, INTEGER, NUMBER = 3, 4, 10
NAME_CHARACTERS = 32
DESCRIPTION_CHARACTERS = 100
OPTIONS = CHOICES = 25
KINDS: Final = (CHAT_INPUT, USER, MESSAGE)
OPTION_TYPES: Final = range(1, 12)
LOCALES: Final = frozenset(
    [
        "id",
        "da",
        "de",
        "en-GB",
        "en-US",
        "es-ES",
        "es-419",
        "fr",
        "hr",
        "it",
        "lt",
        "hu",
        "nl",
        "no",
        "pl",
        "pt-BR",
        "ro",
        "fi",
        "sv-SE",
        "vi",
        "tr",
        "cs",
        "el",
        "bg",
        "ru",
        "uk",
        "hi",
        "th",
        "zh-CN",
        "ja",
        "zh-TW",
        "ko",
    ]
)
"""Discord's languages (documentation: "Locales")."""
_NAME: Final = re.compile(r"[-_'\w]{1,32}")


def check_commands(given: Sequence[object], faults: FormFaults) -> None:
    """Add to `faults` what Discord would refuse."""
    for number, command in enumerate(given):
        _check_command(str(number), command, faults)
    named = [(each.get("name"), each.get("type") or CHAT_INPUT) for each in given if isinstance(each, dict)]
    if len(set(named)) < len(named):
        faults.add("_", "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique")


def _check_command(path: str, command: object, faults: FormFaults) -> None:
    if not isinstance(command, dict):
        faults.add(path, "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
        return
    kind = command.get("type") or CHAT_INPUT
    if kind not in KINDS:
        faults.add(f"{path}.type", "BASE_TYPE_CHOICES", f"Value must be one of {set(KINDS)}.")
    if kind == CHAT_INPUT:
        _check_spoken(path, command, faults)
        _check_options(path, command.get("options"), faults)
        return
    _check_texts(path, command, "name", NAME_CHARACTERS, faults)
    if command.get("description") or command.get("options"):
        faults.add(
            f"{path}.description", "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION", "Context menu commands have none"
        )


def _check_spoken(path: str, named: Json, faults: FormFaults) -> None:
    """A name and a description as they are typed and read."""
    _check_texts(path, named, "name", NAME_CHARACTERS, faults)
    _check_texts(path, named, "description", DESCRIPTION_CHARACTERS, faults)
    for place, name in [("name", named.get("name")), *_localised(named, "name")]:
        if isinstance(name, str) and not (_NAME.fullmatch(unicodedata.normalize("NFC", name)) and name == name.lower()):
            faults.add(f"{path}.{place}", "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")


def _check_texts(path: str, named: Json, key: str, longest: int, faults: FormFaults) -> None:
    for place, text in [(key, named.get(key)), *_localised(named, key)]:
        if not isinstance(text, str) or not 1 <= len(text) <= longest:
            faults.add(f"{path}.{place}", "BASE_TYPE_BAD_LENGTH", f"Must be between 1 and {longest} in length.")
    for locale in named.get(f"{key}_localizations") or {}:
        if locale not in LOCALES:
            faults.add(f"{path}.{key}_localizations", "DICT_TYPE_KEY", f"{locale} is no language of Discord")


def _localised(named: Json, key: str) -> list[tuple[str, object]]:
    told = named.get(f"{key}_localizations")
    return [(f"{key}_localizations.{locale}", text) for locale, text in (told or {}).items()] if _is_map(told) else []


def _is_map(told: object) -> bool:
    return isinstance(told, Mapping)


def _check_options(path: str, options: object, faults: FormFaults) -> None:
    if options is None:
        return
    if not isinstance(options, list) or len(options) > OPTIONS or not all(isinstance(each, dict) for each in options):
        faults.add(f"{path}.options", "BASE_TYPE_MAX_LENGTH", f"Must be a list of {OPTIONS} or fewer in length.")
        return
    for number, option in enumerate(options):
        _check_option(f"{path}.options.{number}", option, faults)
    required = [bool(option.get("required")) for option in options]
    if required != sorted(required, reverse=True):
        faults.add(f"{path}.options", "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", "Required options come first")
    if len({option.get("name") for option in options}) < len(options):
        faults.add(f"{path}.options", "APPLICATION_COMMAND_OPTIONS_DUPLICATE_NAME", "Option names must be unique")


def _check_option(path: str, option: Json, faults: FormFaults) -> None:
    _check_spoken(path, option, faults)
    if option.get("type") not in OPTION_TYPES:
        faults.add(f"{path}.type", "BASE_TYPE_CHOICES", "Value must be a type of option.")
    if option.get("type") in (SUB_COMMAND, SUB_COMMAND_GROUP):
        _check_options(path, option.get("options"), faults)
    choices = option.get("choices") or []
    if len(choices) > CHOICES:
        faults.add(f"{path}.choices", "BASE_TYPE_MAX_LENGTH", f"Must be {CHOICES} or fewer in length.")
    if option.get("autocomplete") and (choices or option.get("type") not in (STRING, INTEGER, NUMBER)):
        faults.add(f"{path}.autocomplete", "APPLICATION_COMMAND_AUTOCOMPLETE", "Not with choices, or for this type")
