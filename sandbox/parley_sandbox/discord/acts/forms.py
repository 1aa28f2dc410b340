"""Forms that a bot opens: Discord's limits, and what a person may send back."""

from collections.abc import Mapping
from typing import Final

from parley_sandbox.discord.errors import FormFaults
from parley_sandbox.discord.model import Json

ROW, TEXT_INPUT, LABEL = 1, 4, 18
ROWS = 5
TITLE_CHARACTERS = LABEL_CHARACTERS = 45
CUSTOM_ID_CHARACTERS = 100
VALUE_CHARACTERS = 4000
_STYLES: Final = (1, 2)


def form(said: Json) -> Json:
    """Return a form as a person sees it, or refuse: custom_id, title, and its rows as they were sent."""
    faults = FormFaults()
    _check_text("data.title", said.get("title"), TITLE_CHARACTERS, faults)
    _check_text("data.custom_id", said.get("custom_id"), CUSTOM_ID_CHARACTERS, faults)
    rows = said.get("components")
    if not isinstance(rows, list) or not 1 <= len(rows) <= ROWS:
        faults.add("data.components", "BASE_TYPE_BAD_LENGTH", f"Must be between 1 and {ROWS} in length.")
        raise faults.refusal()
    for number, field in enumerate(fields_of({"components": rows})):
        _check_field(f"data.components.{number}", field, faults)
    faults.raise_if_any()
    return {"custom_id": said["custom_id"], "title": said["title"], "components": rows}


def fields_of(shown: Json) -> list[Json]:
    """Return the fields of a form, each with its label."""
    found = []
    for row in shown["components"]:
        if row.get("type") == LABEL:
            found.append({**row.get("component", {}), "label": row.get("label"), "description": row.get("description")})
        else:
            found += row.get("components") or []
    return found


def sent(shown: Json, values: Mapping[str, str]) -> list[Json]:
    """Return the rows of a form as the bot gets them, or refuse what the form would not let through."""
    faults = FormFaults()
    rows = []
    for number, field in enumerate(fields_of(shown), start=1):
        value = values.get(field["custom_id"], "")
        _check_value(field, value, faults)
        rows.append({"type": ROW, "id": 2 * number - 1, "components": [_filled(field, value, 2 * number)]})
    faults.raise_if_any()
    return rows


def _filled(field: Json, value: str, number: int) -> Json:
    return {"type": TEXT_INPUT, "id": number, "custom_id": field["custom_id"], "value": value}


def _check_field(path: str, field: Json, faults: FormFaults) -> None:
    if field.get("type") != TEXT_INPUT or field.get("style") not in _STYLES:
        faults.add(path, "BASE_TYPE_CHOICES", "A form's field here is a text input of style 1 or 2.")
        return
    _check_text(f"{path}.custom_id", field.get("custom_id"), CUSTOM_ID_CHARACTERS, faults)
    _check_text(f"{path}.label", field.get("label"), LABEL_CHARACTERS, faults)
    if len(str(field.get("value") or "")) > VALUE_CHARACTERS:
        faults.add(f"{path}.value", "BASE_TYPE_MAX_LENGTH", f"Must be {VALUE_CHARACTERS} or fewer in length.")
    if len(str(field.get("placeholder") or "")) > CUSTOM_ID_CHARACTERS:
        faults.add(f"{path}.placeholder", "BASE_TYPE_MAX_LENGTH", f"Must be {CUSTOM_ID_CHARACTERS} or fewer in length.")


def _check_text(path: str, text: object, longest: int, faults: FormFaults) -> None:
    if not isinstance(text, str) or not 1 <= len(text) <= longest:
        faults.add(path, "BASE_TYPE_BAD_LENGTH", f"Must be between 1 and {longest} in length.")


def _check_value(field: Json, value: str, faults: FormFaults) -> None:
    least, most = field.get("min_length") or 0, field.get("max_length") or VALUE_CHARACTERS
    if not value and not field.get("required", True):
        return
    if not max(least, 1 if field.get("required", True) else 0) <= len(value) <= most:
        faults.add(field["custom_id"], "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")
