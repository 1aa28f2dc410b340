"""Where a panel of settings stands, and the custom ids that carry it: no gateway remembers an open panel.

A custom id is `v1:settings:PAGE:PLACE:WHAT`, with `:SEEN` where what is sent replaces what was shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2s

from parley_gateway.interactions import Interaction
from parley_gateway.preferences import Subject, SubjectKind

FAMILY = "settings"
PREFIX = f"v1:{FAMILY}:"
SEEN_BYTES = 6


class Page(StrEnum):
    """A message holds five rows, so there are two."""

    TALK = "talk"
    MORE = "more"


class Place(StrEnum):
    """Whose settings they are; a channel is the one that the panel stands in, so that no id can name a foreign one."""

    GUILD = "guild"
    CHANNEL = "channel"


class What(StrEnum):
    """What a menu or button is for."""

    PLACE = "place"
    PAGE = "page"
    MODEL = "model"
    RULE = "rule"
    FREE = "free"
    PERSONA = "persona"
    LANGUAGE = "language"
    STORED = "stored"
    NUMBERING = "numbering"
    LIMITS = "limits"


@dataclass(frozen=True, slots=True)
class Spot:
    """A page of the settings of a place."""

    page: Page = Page.TALK
    place: Place = Place.GUILD

    def subject(self, interaction: Interaction) -> Subject:
        """Return whose settings they are."""
        if self.place is Place.GUILD:
            return Subject(SubjectKind.GUILD, interaction.guild_id)
        return Subject(SubjectKind.CHANNEL, interaction.channel_id)


@dataclass(frozen=True, slots=True)
class Control:
    """A menu, button or form. seen: a digest of what it showed; empty where that does not matter."""

    spot: Spot
    what: What
    seen: str = ""


def encode(control: Control) -> str:
    """Return a custom id."""
    parts = [control.spot.page, control.spot.place, control.what]
    return PREFIX + ":".join([*parts, control.seen] if control.seen else parts)


def decode(custom_id: str) -> Control | None:
    """Return what a custom id means; None for one of a version that we do not know."""
    if not custom_id.startswith(PREFIX):
        return None
    page, place, what, *seen = [*custom_id.removeprefix(PREFIX).split(":"), "", ""]
    try:
        return Control(Spot(Page(page), Place(place)), What(what), seen[0])
    except ValueError:
        return None


def digest(*shown: object) -> str:
    """Return a short word that tells two things apart."""
    return blake2s("\n".join(map(str, shown)).encode(), digest_size=SEEN_BYTES).hexdigest()
