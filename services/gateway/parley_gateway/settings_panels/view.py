"""A panel of settings as a message: what is set, and how to set it. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce

from parley_gateway.model import Model
from parley_gateway.panels import ChannelMenu, Menu, Option, Panel, Press, Row, Style
from parley_gateway.preferences import Effective, MentionRule, Preferences
from parley_gateway.settings_panels import choices, limits
from parley_gateway.settings_panels.choices import Offer
from parley_gateway.settings_panels.spots import Control, Page, Place, Spot, What, digest, encode
from parley_gateway.terms import Sharing
from parley_gateway.texts import Key, Texts

MOST_FREE = 25
"""A menu holds no more."""
PREVIEW = 150
MARKS = re.compile(r"[\\`*_~|]")
"""What Discord formats by, wherever it stands."""


@dataclass(frozen=True, slots=True)
class View:
    """What a panel shows. own: set for the place; default: what counts where nothing is; widest: that the operator allows.

    free: the guild's channels with free talk; None: not known. content: the bot reads what is not addressed to it.
    exceeded: limits that the operator's go below. note: about what has just happened.
    """

    spot: Spot
    channel_id: str
    own: Preferences
    default: Effective
    widest: Sharing
    models: Sequence[Model] = ()
    free: Sequence[str] | None = None
    content: bool = True
    exceeded: frozenset[str] = frozenset()
    note: str = ""


def draw(view: View, texts: Texts) -> Panel:
    """Return the panel."""
    return _Drawing(view, texts).panel()


def seen_free(free: Sequence[str]) -> str:
    """Return a short word for the channels with free talk."""
    return digest(*sorted(free))


@dataclass(frozen=True, slots=True)
class _Drawing:
    view: View
    texts: Texts

    def panel(self) -> Panel:
        lines = [self._title(), *([self.view.note] if self.view.note else []), *self._lines(), *self._small()]
        return Panel("\n".join(lines), self._rows())

    # --- the text

    def _title(self) -> str:
        if self.view.spot.place is Place.GUILD:
            return self.texts.render(Key.SETTINGS_TITLE_GUILD)
        return self.texts.render(Key.SETTINGS_TITLE_CHANNEL, channel=self.view.channel_id)

    def _lines(self) -> list[str]:
        own, default = self.view.own, self.view.default
        lines = [
            self._line(Key.SETTING_MODEL, self._model(own.model), self._model(default.model)),
            self._line(Key.SETTING_PERSONA, _preview(own.persona), _preview(default.persona) or self._none()),
            self._line(Key.SETTING_RULE, self._rule(own.mention_rule), self._rule(default.mention_rule)),
            self._line(Key.SETTING_LANGUAGE, self._language(own.language), self._language(default.language)),
            self._line(Key.SETTING_STORED, self._sharing(choices.sharing_of(own)), self._sharing(default.sharing)),
            self._line(Key.SETTING_NUMBERING, self._switch(own.numbering), self._switch(default.numbering)),
        ]
        return lines + self._guilds_lines()

    def _guilds_lines(self) -> list[str]:
        if self.view.spot.place is Place.CHANNEL:
            return []
        lines = [self._line(Key.SETTING_LIMITS, self._limits(), self._none())]
        if self.view.free is not None:
            named = " ".join(f"<#{channel}>" for channel in self.view.free[:MOST_FREE])
            more = " …" if len(self.view.free) > MOST_FREE else ""
            lines.insert(0, self._named(Key.SETTING_FREE, named + more or self.texts.render(Key.FREE_NOWHERE)))
        return lines

    def _small(self) -> list[str]:
        told = [Key.SETTINGS_AT_ONCE]
        talks = MentionRule.EVERYTHING in (self.view.own.mention_rule, self.view.default.mention_rule)
        if not self.view.content and (talks or self.view.free):
            told.append(Key.FREE_NEEDS_CONTENT)
        return [self.texts.render(key) for key in told]

    def _line(self, name: Key, own: str, default: str) -> str:
        return self._named(name, own or self._unset(default))

    def _named(self, name: Key, value: str) -> str:
        return self.texts.render(Key.SETTINGS_LINE, name=self.texts.render(name), value=value)

    def _unset(self, value: str) -> str:
        guild = self.view.spot.place is Place.GUILD
        return self.texts.render(Key.UNSET_GUILD if guild else Key.UNSET_CHANNEL, value=value)

    def _none(self) -> str:
        return self.texts.render(Key.SETTING_NONE)

    def _model(self, model: str) -> str:
        return choices.name_of(model, self.view.models)

    def _rule(self, rule: MentionRule | None) -> str:
        return self.texts.render(choices.RULES[rule]) if rule is not None else ""

    def _language(self, locale: str) -> str:
        key = next((key for one, key in choices.LANGUAGES.items() if _language(one) == _language(locale)), None)
        return self.texts.render(key) if key is not None else locale

    def _sharing(self, sharing: Sharing | None) -> str:
        return self.texts.render(choices.SHARINGS[sharing]) if sharing is not None else ""

    def _switch(self, on: bool | None) -> str:  # noqa: FBT001 — it is what is set, not a flag
        if on is None:
            return ""
        return self.texts.render(Key.NUMBERING_ON if on else Key.NUMBERING_OFF)

    def _limits(self) -> str:
        """Return the limits that are set as a list; empty: none is."""
        told = [self._limit(line) for line in limits.LINES if limits.amount(self.view.own.limits, line)]
        return reduce(self._listed, told) if told else ""

    def _listed(self, former: str, last: str) -> str:
        return self.texts.render(Key.LIMITS_LISTED, former=former, last=last)

    def _limit(self, line: limits.Line) -> str:
        shown = self.texts.render(line.shown, amount=limits.written(limits.amount(self.view.own.limits, line), line))
        exceeded = line.attribute in self.view.exceeded
        return self.texts.render(Key.LIMIT_EXCEEDED, limit=shown) if exceeded else shown

    # --- the rows

    def _rows(self) -> tuple[Row, ...]:
        return self._talk() if self.view.spot.page is Page.TALK else self._more()

    def _talk(self) -> tuple[Row, ...]:
        own, default = self.view.own, self.view.default
        return (
            self._places(),
            self._menu(
                What.MODEL, Key.SETTING_MODEL, choices.models(own.model, self.view.models), self._model(default.model)
            ),
            self._menu(What.RULE, Key.SETTING_RULE, choices.rules(own, self.texts), self._rule(default.mention_rule)),
            *self._free(),
            (self._press(What.PERSONA, Key.PERSONA_BUTTON, self._persona()), self._turn(Page.MORE, Key.MORE_BUTTON)),
        )

    def _more(self) -> tuple[Row, ...]:
        own, default, texts = self.view.own, self.view.default, self.texts
        back = self._turn(Page.TALK, Key.BACK_BUTTON)
        guild = self.view.spot.place is Place.GUILD
        offered = choices.stored(own, self.view.widest, texts)
        return (
            self._places(),
            self._menu(
                What.LANGUAGE, Key.SETTING_LANGUAGE, choices.languages(own, texts), self._language(default.language)
            ),
            self._menu(What.STORED, Key.SETTING_STORED, offered, self._sharing(default.sharing)),
            self._menu(
                What.NUMBERING, Key.SETTING_NUMBERING, choices.numbering(own, texts), self._switch(default.numbering)
            ),
            (self._press(What.LIMITS, Key.LIMITS_BUTTON), back) if guild else (back,),
        )

    def _places(self) -> Menu:
        chosen = self.view.spot.place
        named = ((Place.GUILD, Key.PLACE_GUILD), (Place.CHANNEL, Key.PLACE_CHANNEL))
        options = (Option(self.texts.render(key), place.value, chosen=place is chosen) for place, key in named)
        return Menu(self._id(What.PLACE), tuple(options))

    def _menu(self, what: What, name: Key, offers: Sequence[Offer], default: str) -> Menu:
        """Return a menu whose lines name it: once something is chosen nothing else does."""
        named = [replace(offer, label=self._option(name, offer.label)) for offer in offers]
        return Menu(self._id(what), choices.options(self._option(name, self._unset(default)), named))

    def _option(self, name: Key, value: str) -> str:
        return self.texts.render(Key.SETTINGS_OPTION, name=self.texts.render(name), value=value)

    def _free(self) -> tuple[ChannelMenu, ...]:
        free = self.view.free
        if free is None or len(free) > MOST_FREE or self.view.spot.place is Place.CHANNEL:
            return ()
        control = Control(self.view.spot, What.FREE, seen_free(free))
        return (ChannelMenu(encode(control), self.texts.render(Key.FREE_PLACEHOLDER), 0, MOST_FREE, tuple(free)),)

    def _persona(self) -> Style:
        return Style.FIRST if self.view.own.persona else Style.PLAIN

    def _press(self, what: What, label: Key, style: Style = Style.PLAIN) -> Press:
        return Press(self._id(what), self.texts.render(label), style)

    def _turn(self, page: Page, label: Key) -> Press:
        control = Control(replace(self.view.spot, page=page), What.PAGE)
        return Press(encode(control), self.texts.render(label))

    def _id(self, what: What) -> str:
        return encode(Control(self.view.spot, what))


def _preview(persona: str) -> str:
    """Return the beginning of a persona on one line, so that none of it formats the lines after it."""
    line = " ".join(persona.split())
    begun = f"{line[:PREVIEW]}…" if len(line) > PREVIEW else line
    return MARKS.sub(r"\\\g<0>", begun)


def _language(locale: str) -> str:
    return locale.partition("-")[0].lower()
