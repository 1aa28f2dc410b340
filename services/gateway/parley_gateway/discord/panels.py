"""Panels and forms as hikari builds them."""

from __future__ import annotations

from collections.abc import Sequence

import hikari
from hikari.components import InteractiveButtonTypesT

from parley_gateway.panels import ChannelMenu, Field, Form, Menu, Panel, Press, Row, Style

STYLES: dict[Style, InteractiveButtonTypesT] = {
    Style.PLAIN: hikari.ButtonStyle.SECONDARY,
    Style.FIRST: hikari.ButtonStyle.PRIMARY,
    Style.DANGER: hikari.ButtonStyle.DANGER,
}
TEXT_CHANNELS = (hikari.ChannelType.GUILD_TEXT, hikari.ChannelType.GUILD_NEWS)


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
            built = hikari.impl.MessageActionRowBuilder()
            return built.add_channel_menu(
                row.custom_id,
                channel_types=TEXT_CHANNELS,
                placeholder=row.placeholder or hikari.UNDEFINED,
                min_values=row.least,
                max_values=row.most,
            )
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
