"""Commands and forms as the page draws them."""

from collections.abc import Mapping
from typing import Any

from parley_sandbox.discord.acts.forms import fields_of
from parley_sandbox.discord.commands.names import localised
from parley_sandbox.discord.permissions import Permission

Json = dict[str, Any]


def command_view(command: Mapping[str, Any], locale: str) -> Json:
    """A command in a person's language; `key` is the name that it was registered by."""
    needed = int(command.get("default_member_permissions") or 0)
    return {
        "id": command["id"],
        "key": command["name"],
        "name": localised(command, "name", locale),
        "type": command["type"],
        "description": localised(command, "description", locale),
        "options": [_option(option, locale) for option in command.get("options") or ()],
        "manage_only": bool(needed & Permission.MANAGE_GUILD),
    }


def form_view(opened: Mapping[str, Any]) -> Json:
    """A form with its fields in a row."""
    kept = ("interaction", "channel_id", "custom_id", "title")
    return {key: opened[key] for key in kept} | {"fields": [_field(field) for field in fields_of(dict(opened))]}


def _option(option: Mapping[str, Any], locale: str) -> Json:
    return {
        "key": option["name"],
        "name": localised(option, "name", locale),
        "description": localised(option, "description", locale),
        "type": option["type"],
        "required": bool(option.get("required")),
        "choices": [
            {"name": localised(choice, "name", locale), "value": choice["value"]}
            for choice in option.get("choices") or ()
        ],
        "autocomplete": bool(option.get("autocomplete")),
        "min": option.get("min_value", option.get("min_length")),
        "max": option.get("max_value", option.get("max_length")),
    }


def _field(field: Mapping[str, Any]) -> Json:
    return {
        "custom_id": field["custom_id"],
        "label": field.get("label") or "",
        "style": field.get("style", 1),
        "value": field.get("value") or "",
        "placeholder": field.get("placeholder") or "",
        "required": field.get("required", True),
        "min": field.get("min_length") or 0,
        "max": field.get("max_length") or 4000,
    }
