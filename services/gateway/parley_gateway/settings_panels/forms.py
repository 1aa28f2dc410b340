"""The forms: persona and limits; what is sent replaces what was shown, and nothing newer. Pure."""

from __future__ import annotations

from typing import Any

from parley_gateway.interactions import Submission
from parley_gateway.panels import Field, Form
from parley_gateway.preferences import Preferences
from parley_gateway.settings_panels import changes, limits
from parley_gateway.settings_panels.changes import Change
from parley_gateway.settings_panels.spots import Control, Spot, What, encode
from parley_gateway.texts import Key, Texts

MOST_PERSONA = 4000
MOST_LIMIT = 20


def form(spot: Spot, what: What, own: Preferences, texts: Texts) -> Form:
    """Return the form that a button opens."""
    return _persona(spot, own, texts) if what is What.PERSONA else _limits(spot, own, texts)


def change_of(control: Control, sent: Submission) -> Change[Any] | None:
    """Return what a form means; None for one that we do not know. Raises limits.Unreadable."""
    texts = {name: values[0] if values else "" for name, values in sent.fields.items()}
    match control.what:
        case What.PERSONA:
            return Change(changes.PERSONA, texts.get(What.PERSONA, "").strip()[:MOST_PERSONA], control.seen)
        case What.LIMITS:
            return Change(changes.LIMITS, limits.read(texts), control.seen)
        case _:
            return None


def _persona(spot: Spot, own: Preferences, texts: Texts) -> Form:
    field = Field(
        What.PERSONA,
        texts.render(Key.PERSONA_LABEL),
        own.persona,
        texts.render(Key.PERSONA_PLACEHOLDER),
        paragraph=True,
        most=MOST_PERSONA,
    )
    control = Control(spot, What.PERSONA, changes.PERSONA.digest(own))
    return Form(encode(control), texts.render(Key.PERSONA_TITLE), (field,))


def _limits(spot: Spot, own: Preferences, texts: Texts) -> Form:
    fields = (
        Field(
            line.attribute,
            texts.render(line.label),
            limits.written(limits.amount(own.limits, line), line),
            texts.render(Key.LIMIT_PLACEHOLDER),
            most=MOST_LIMIT,
        )
        for line in limits.LINES
    )
    control = Control(spot, What.LIMITS, changes.LIMITS.digest(own))
    return Form(encode(control), texts.render(Key.LIMITS_TITLE), tuple(fields))
