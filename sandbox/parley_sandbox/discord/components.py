"""Buttons and selects under a message: Discord's limits, and the ids it gives them."""

import itertools
from collections.abc import Iterator, Sequence

from parley_sandbox.discord.errors import FormFaults
from parley_sandbox.discord.model import Json
from parley_sandbox.discord.selects import Select, check_select

ROWS = 5
BUTTONS_IN_ROW = 5
CUSTOM_ID_CHARACTERS = 100
LABEL_CHARACTERS = 80
ROW = 1
BUTTON = 2
SELECTS = tuple(Select)
LINK = 5
PREMIUM = 6
_STYLES = range(1, 7)


def check_components(rows: object, faults: FormFaults) -> None:
    """Add to `faults` what Discord would refuse. Components of version 2 (flag 32768) are not spoken here."""
    if rows is None:
        return
    if not isinstance(rows, list):
        faults.add("components", "BASE_TYPE_BAD_TYPE", "Must be a list.")
        return
    if len(rows) > ROWS:
        faults.add("components", "BASE_TYPE_MAX_LENGTH", f"Must be {ROWS} or fewer in length.")
    for number, row in enumerate(rows):
        _check_row(f"components.{number}", row, faults)
    _check_distinct(rows, faults)


def numbered(rows: Sequence[Json]) -> list[Json]:
    """Return the rows with what Discord adds: an id for every component that came without, the bounds of a list."""
    given = {component.get("id") for row in rows for component in (row, *row.get("components", ()))}
    ids = (number for number in itertools.count(1) if number not in given)

    def number(component: Json) -> Json:
        bounds = {"min_values": 1, "max_values": 1} if component.get("type") in SELECTS else {}
        given = {key: value for key, value in component.items() if value is not None}
        mine = {**bounds, **given, "id": component.get("id") or next(ids)}
        if "components" in component:
            mine["components"] = [number(child) for child in component["components"]]
        return mine

    return [number(row) for row in rows]


def interactive(rows: Sequence[Json]) -> Iterator[Json]:
    """Yield every component that sends an interaction when it is used."""
    return (child for row in rows for child in row.get("components", ()) if "custom_id" in child)


def _check_row(path: str, row: object, faults: FormFaults) -> None:
    if not isinstance(row, dict) or row.get("type") != ROW:
        faults.add(f"{path}.type", "BASE_TYPE_CHOICES", "Value must be one of (1,).")
        return
    children = row.get("components")
    if not isinstance(children, list) or not 1 <= len(children) <= BUTTONS_IN_ROW:
        faults.add(f"{path}.components", "BASE_TYPE_BAD_LENGTH", f"Must be between 1 and {BUTTONS_IN_ROW} in length.")
        return
    for number, child in enumerate(children):
        _check_child(f"{path}.components.{number}", child, faults)
    if len(children) > 1 and any(isinstance(child, dict) and child.get("type") in SELECTS for child in children):
        faults.add(
            f"{path}.components", "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "The specified component exceeds the maximum width"
        )


def _check_child(path: str, child: object, faults: FormFaults) -> None:
    if not isinstance(child, dict) or child.get("type") not in (BUTTON, *SELECTS):
        faults.add(f"{path}.type", "BASE_TYPE_CHOICES", "Value must be one of (2, 3, 5, 6, 7, 8).")
        return
    if child["type"] == BUTTON:
        _check_button(path, child, faults)
    if child["type"] in SELECTS:
        check_select(path, child, faults)
    if child["type"] in SELECTS or child.get("style") not in (LINK, PREMIUM):
        _check_custom_id(path, child.get("custom_id"), faults)


def _check_button(path: str, button: Json, faults: FormFaults) -> None:
    if button.get("style") not in _STYLES:
        faults.add(f"{path}.style", "BASE_TYPE_CHOICES", "Value must be one of (1, 2, 3, 4, 5, 6).")
    if button.get("style") == LINK and not button.get("url"):
        faults.add(f"{path}.url", "BUTTON_COMPONENT_URL_REQUIRED", "A url is required")
    if len(str(button.get("label") or "")) > LABEL_CHARACTERS:
        faults.add(f"{path}.label", "BASE_TYPE_MAX_LENGTH", f"Must be {LABEL_CHARACTERS} or fewer in length.")
    if button.get("style") != PREMIUM and not (button.get("label") or button.get("emoji")):
        faults.add(path, "BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED", "A label or an emoji is required")


def _check_custom_id(path: str, custom_id: object, faults: FormFaults) -> None:
    if not isinstance(custom_id, str) or not custom_id:
        faults.add(f"{path}.custom_id", "COMPONENT_CUSTOM_ID_REQUIRED", "A custom id is required")
    elif len(custom_id) > CUSTOM_ID_CHARACTERS:
        message = f"Must be {CUSTOM_ID_CHARACTERS} or fewer in length."
        faults.add(f"{path}.custom_id", "BASE_TYPE_MAX_LENGTH", message)


def _check_distinct(rows: Sequence[object], faults: FormFaults) -> None:
    well_formed = [row for row in rows if isinstance(row, dict) and isinstance(row.get("components"), list)]
    children = [child for row in well_formed for child in row["components"] if isinstance(child, dict)]
    custom_ids = [child["custom_id"] for child in children if isinstance(child.get("custom_id"), str)]
    if len(set(custom_ids)) < len(custom_ids):
        faults.add("components", "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated")
