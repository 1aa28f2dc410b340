"""Panels and forms as hikari builds them."""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from typing import Any

import hikari
from hikari.components import InteractiveButtonTypesT
from typing_extensions import override

from parley_gateway.panels import ChannelMenu, Field, Form, Menu, Panel, Press, Row, Style

STYLES: dict[Style, InteractiveButtonTypesT] = {
    Style.PLAIN: hikari.ButtonStyle.SECONDARY,
    Style.FIRST: hikari.ButtonStyle.PRIMARY,
    Style.DANGER: hikari.ButtonStyle.DANGER,
}
TEXT_CHANNELS = (hikari.ChannelType.GUILD_TEXT, hikari.ChannelType.GUILD_NEWS)


class _ChannelMenu(hikari.impl.ChannelSelectMenuBuilder):
    """hikari's builder, and what is chosen already, which it knows nothing of."""

    def __init__(self, menu: ChannelMenu) -> None:
        super().__init__(
            custom_id=menu.custom_id,
            channel_types=TEXT_CHANNELS,
            placeholder=menu.placeholder or hikari.UNDEFINED,
            min_values=menu.least,
            max_values=menu.most,
        )
        self._chosen = menu.chosen

    @override
    def build(self) -> tuple[MutableMapping[str, Any], Sequence[hikari.files.Resource[hikari.files.AsyncReader]]]:
        payload, files = super().build()
        if self._chosen:
            payload["default_values"] = [{"id": channel, "type": "channel"} for channel in self._chosen]
        return payload, files


def rows_of(panel: Panel) -> Sequence[hikari.api.ComponentBuilder]:
    """Return a panel's rows."""
    return [_row(row) for row in panel.rows]


def fields_of(form: Form) -> Sequence[hikari.api.ComponentBuilder]:
    """Return a form's fields, each in a row of its own, as Discord wants them."""
    return [_field(field) for field in form.fields]


def _row(row: Row) -> hikari.api.ComponentBuilder:
    match row:
        case Menu():
            return _menu(row)
        case ChannelMenu():
            return hikari.impl.MessageActionRowBuilder().add_component(_ChannelMenu(row))
        case _:
            return _presses(row)


def _menu(menu: Menu) -> hikari.api.ComponentBuilder:
    row = hikari.impl.MessageActionRowBuilder()
    built = row.add_text_menu(
        menu.custom_id,
        placeholder=menu.placeholder or hikari.UNDEFINED,
        min_values=menu.least,
        max_values=menu.most,
    )
    for option in menu.options:
        description = option.description or hikari.UNDEFINED
        built.add_option(option.label, option.value, description=description, is_default=option.chosen)
    return row


def _presses(presses: tuple[Press, ...]) -> hikari.api.ComponentBuilder:
    row = hikari.impl.MessageActionRowBuilder()
    for press in presses:
        row.add_interactive_button(STYLES[press.style], press.custom_id, label=press.label, is_disabled=press.disabled)
    return row


def _field(field: Field) -> hikari.api.ComponentBuilder:
    style = hikari.TextInputStyle.PARAGRAPH if field.paragraph else hikari.TextInputStyle.SHORT
    return hikari.impl.ModalActionRowBuilder().add_text_input(
        field.custom_id,
        field.label,
        style=style,
        placeholder=field.placeholder or hikari.UNDEFINED,
        value=field.value or hikari.UNDEFINED,
        required=field.required,
        max_length=field.most,
    )
