"""The buttons under an answer, as hikari builds them."""

from __future__ import annotations

from collections.abc import Sequence

import hikari

from parley_gateway.buttons import Action, Buttons, decode, encode
from parley_gateway.texts import Key, Texts

LABELS = {
    Action.STOP: Key.STOP_BUTTON,
    Action.REGENERATE: Key.REGENERATE_BUTTON,
    Action.AFRESH: Key.AFRESH_BUTTON,
    Action.CONTINUE: Key.CONTINUE_BUTTON,
    Action.RETRY: Key.RETRY_BUTTON,
    Action.ANEW: Key.ANEW_BUTTON,
}

Row = hikari.api.MessageActionRowBuilder


def row_of(buttons: Buttons, locale: str) -> Sequence[Row]:
    """Return the buttons as Discord takes them, in a member's language."""
    if not buttons:
        return []
    row, texts = hikari.impl.MessageActionRowBuilder(), Texts(locale)
    for button in buttons:
        row.add_interactive_button(
            hikari.ButtonStyle.SECONDARY, encode(button), label=texts.render(LABELS[button.action])
        )
    return [row]


def ended_turns(message: hikari.Message) -> frozenset[str]:
    """Return the turns whose end a message shows, by the buttons under it."""
    parts = (part for row in message.components if isinstance(row, hikari.ActionRowComponent) for part in row)
    buttons = (decode(part.custom_id) for part in parts if isinstance(part, hikari.ButtonComponent) and part.custom_id)
    return frozenset(button.turn_id for button in buttons if button is not None and button.action is not Action.STOP)
