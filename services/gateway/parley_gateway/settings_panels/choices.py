"""What stands in the menus, and what a choice means. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from parley_gateway.model import Model
from parley_gateway.panels import Option
from parley_gateway.preferences import WIDER, MentionRule, Preferences
from parley_gateway.settings_panels import changes
from parley_gateway.settings_panels.changes import Change, Stored
from parley_gateway.settings_panels.spots import What
from parley_gateway.terms import Sharing
from parley_gateway.texts import Key, Texts

UNSET = "unset"
ON, OFF = "on", "off"
MOST_OPTIONS = 25
MOST_LABEL = 100

RULES = {
    MentionRule.MENTION: Key.RULE_MENTION,
    MentionRule.EVERYTHING: Key.RULE_EVERYTHING,
    MentionRule.COMMANDS: Key.RULE_COMMANDS,
}
SHARINGS = {
    Sharing.NOBODY: Key.STORED_NOBODY,
    Sharing.CHANNEL: Key.STORED_CHANNEL,
    Sharing.GUILD: Key.STORED_GUILD,
    Sharing.EVERYWHERE: Key.STORED_EVERYWHERE,
}
LANGUAGES = {"en-US": Key.LANGUAGE_EN, "ja": Key.LANGUAGE_JA}
SWITCH = {ON: True, OFF: False}


@dataclass(frozen=True, slots=True)
class Offer:
    """A line of a menu before its language is known. value UNSET stands for nothing set."""

    value: str
    label: str
    chosen: bool


def change_of(what: What, values: Sequence[str]) -> Change[Any] | None:
    """Return what a choice in one of our own menus means; None for a word that we do not know."""
    value = values[0] if values else UNSET
    match what:
        case What.MODEL:
            return Change(changes.MODEL, "" if value == UNSET else value)
        case What.RULE if value == UNSET or value in {rule.value for rule in MentionRule}:
            return Change(changes.RULE, None if value == UNSET else MentionRule(value))
        case What.LANGUAGE if value == UNSET or value in LANGUAGES:
            return Change(changes.LANGUAGE, "" if value == UNSET else value)
        case What.STORED if value == UNSET or value in {sharing.value for sharing in Sharing}:
            return Change(changes.STORED, _stored(value))
        case What.NUMBERING if value == UNSET or value in SWITCH:
            return Change(changes.NUMBERING, SWITCH.get(value))
        case _:
            return None


def _stored(value: str) -> Stored:
    if value == UNSET:
        return None, None
    sharing = Sharing(value)
    return (False, None) if sharing is Sharing.NOBODY else (True, sharing)


def models(own: str, known: Sequence[Model]) -> list[Offer]:
    """Return the models; one that is set stands among them even if no executor names it any more."""
    meant = next((model.id for model in known if own in (model.id, *model.aliases)), own)
    offers = [Offer(model.id, model.name, model.id == meant) for model in known if 0 < len(model.id) <= MOST_LABEL]
    offers = offers[: MOST_OPTIONS - 2]
    if own and not any(offer.chosen for offer in offers):
        offers.append(Offer(own, own, chosen=True))
    return offers


def rules(own: Preferences, texts: Texts) -> list[Offer]:
    """Return which messages may be answered."""
    return [Offer(rule.value, texts.render(key), own.mention_rule is rule) for rule, key in RULES.items()]


def languages(own: Preferences, texts: Texts) -> list[Offer]:
    """Return the languages that there are."""
    return [Offer(locale, texts.render(key), own.language == locale) for locale, key in LANGUAGES.items()]


def stored(own: Preferences, widest: Sharing, texts: Texts) -> list[Offer]:
    """Return among whom answers may be shared; no more than the operator allows."""
    allowed = WIDER[: WIDER.index(widest) + 1]
    chosen = sharing_of(own)
    return [Offer(one.value, texts.render(SHARINGS[one]), one is chosen) for one in allowed]


def sharing_of(own: Preferences) -> Sharing | None:
    """Return among whom answers are shared as it is set; None: not set."""
    return Sharing.NOBODY if own.stored_answers is False else own.sharing


def numbering(own: Preferences, texts: Texts) -> list[Offer]:
    """Return whether pages are numbered."""
    return [
        Offer(value, texts.render(key), own.numbering is SWITCH[value])
        for value, key in ((ON, Key.NUMBERING_ON), (OFF, Key.NUMBERING_OFF))
    ]


def options(unset: str, offers: Sequence[Offer]) -> tuple[Option, ...]:
    """Return a menu's lines. unset: the label of what counts where nothing is set; it stands first."""
    none = Option(unset[:MOST_LABEL], UNSET, chosen=not any(offer.chosen for offer in offers))
    return (none, *(Option(offer.label[:MOST_LABEL], offer.value, chosen=offer.chosen) for offer in offers))


def name_of(model: str, known: Sequence[Model]) -> str:
    """Return a model's name for people; its id where nobody names it."""
    return next((one.name for one in known if model in (one.id, *one.aliases)), model)
