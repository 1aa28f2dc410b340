"""The buttons under an answer, as hikari builds them."""

from __future__ import annotations

from collections.abc import Sequence

import hikari

from parley_gateway.buttons import Action, Buttons, encode
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
