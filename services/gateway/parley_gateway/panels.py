"""What the bot shows to one member in answer to an interaction: text, menus, buttons, forms. Frozen values.

Custom ids are `v1:FAMILY:…`; the family tells who answers (`desk`). Discord's limits: 2 000 characters of text, five rows,
25 options a menu, 100 characters a label, 4 000 a form's field.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Style(Enum):
    """How a button looks."""

    PLAIN = "plain"
    FIRST = "first"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class Press:
    """A button."""

    custom_id: str
    label: str
    style: Style = Style.PLAIN
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class Option:
    """A line of a menu."""

    label: str
    value: str
    description: str = ""
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Menu:
    """A menu of our own options; least, most: so many may be chosen."""

    custom_id: str
    options: tuple[Option, ...]
    placeholder: str = ""
    least: int = 1
    most: int = 1


@dataclass(frozen=True, slots=True)
class ChannelMenu:
    """A menu of the guild's text channels. chosen: those that are chosen already, at most `most`."""

    custom_id: str
    placeholder: str = ""
    least: int = 0
    most: int = 25
    chosen: tuple[str, ...] = ()


Row = tuple[Press, ...] | Menu | ChannelMenu
"""One line of what can be pressed: up to five buttons, or one menu."""


@dataclass(frozen=True, slots=True)
class Panel:
    """A message with what can be done about it."""

    text: str
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    """A line, or with `paragraph` a box, of a form. most: characters."""

    custom_id: str
    label: str
    value: str = ""
    placeholder: str = ""
    required: bool = False
    paragraph: bool = False
    most: int = 4000


@dataclass(frozen=True, slots=True)
class Form:
    """A form; at most five fields."""

    custom_id: str
    title: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """A completion of an option."""

    name: str
    value: str
