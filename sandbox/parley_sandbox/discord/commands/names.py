"""How commands, their options and their choices may be called, in any of Discord's languages."""

import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from parley_sandbox.discord.errors import FormFaults
from parley_sandbox.discord.model import Json

LONGEST_NAME = 32
LONGEST_DESCRIPTION = 100
_LOCALES = (
    "id da de en-GB en-US es-ES es-419 fr hr it lt hu nl no pl pt-BR ro fi sv-SE vi tr cs el bg ru uk hi th zh-CN ja "
    "zh-TW ko"
)
LOCALES = frozenset(_LOCALES.split())
"""Discord's documentation, "Locales"."""
_MARKS_OF = ("DEVANAGARI", "THAI")
"""Scripts whose combining marks may stand in a name."""

Check = Callable[[str, object, FormFaults], None]


def check_slash_name(path: str, name: object, faults: FormFaults) -> None:
    """A slash command's or option's name: letters, digits, `-`, `_` and `'`, in lower case where there is one."""
    if not _long_enough(path, name, LONGEST_NAME, faults) or not isinstance(name, str):
        return
    if not all(map(_may_stand, name)) or name != name.lower():
        faults.add(path, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")


def check_text(longest: int) -> Check:
    """A text of 1 to `longest` characters: names of menu entries and choices, descriptions."""

    def check(path: str, text: object, faults: FormFaults) -> None:
        _long_enough(path, text, longest, faults)

    return check


def check_localised(said: Json, key: str, path: str, check: Check, faults: FormFaults) -> None:
    """A text and its translations: `name` and `name_localizations`, or the same of `description`."""
    check(f"{path}.{key}", said.get(key), faults)
    translations = said.get(f"{key}_localizations") or {}
    if not isinstance(translations, dict):
        faults.add(f"{path}.{key}_localizations", "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
        return
    for locale, text in translations.items():
        place = f"{path}.{key}_localizations.{locale}"
        if locale not in LOCALES:
            faults.add(place, "ENUM_TYPE_COERCE", f'Value "{locale}" is not a valid enum value.')
        elif text is not None:
            check(place, text, faults)


def localised(said: Mapping[str, Any], key: str, locale: str) -> str:
    """Return a text in somebody's language, or as it was registered."""
    return str((said.get(f"{key}_localizations") or {}).get(locale) or said.get(key) or "")


def _long_enough(path: str, text: object, longest: int, faults: FormFaults) -> bool:
    if isinstance(text, str) and 1 <= len(text) <= longest:
        return True
    faults.add(path, "BASE_TYPE_BAD_LENGTH", f"Must be between 1 and {longest} in length.")
    return False


def _may_stand(character: str) -> bool:
    kind = unicodedata.category(character)[0]
    if character in "-_'" or kind in "LN":
        return True
    return kind == "M" and unicodedata.name(character, "").startswith(_MARKS_OF)
