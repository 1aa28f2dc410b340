"""What is set in Discord for guilds, channels and members, and what of it counts for one question. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum

from parley_gateway.terms import Sharing


class MentionRule(Enum):
    """Which messages are answered."""

    MENTION = "mention"
    """Mentions, replies, commands."""
    EVERYTHING = "everything"
    """Every message: free talk."""
    COMMANDS = "commands"
    """Commands only."""


class SubjectKind(Enum):
    """What settings are of."""

    GUILD = "guild"
    CHANNEL = "channel"
    USER = "user"


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose settings they are."""

    kind: SubjectKind
    id: str


@dataclass(frozen=True, slots=True)
class UsageLimits:
    """What a guild or member may use, where it is less than the operator allows; 0: no limit of its own.

    messages: in the operator's period, a minute. cost: in millionths of a US dollar. A day has 24 hours, a month 30 days.
    """

    messages: int = 0
    tokens_day: int = 0
    tokens_month: int = 0
    cost_day: int = 0
    cost_month: int = 0


@dataclass(frozen=True, slots=True)
class Preferences:
    """What is set; None or empty: not set."""

    model: str = ""
    persona: str = ""
    mention_rule: MentionRule | None = None
    language: str = ""
    stored_answers: bool | None = None
    sharing: Sharing | None = None
    numbering: bool | None = None
    limits: UsageLimits = field(default_factory=UsageLimits)


@dataclass(frozen=True, slots=True)
class Versioned:
    """What is set for a subject. version: counts its changes; 0: nothing was ever set."""

    subject: Subject
    preferences: Preferences = field(default_factory=Preferences)
    version: int = 0


@dataclass(frozen=True, slots=True)
class Effective:
    """What counts for one question. persona: over the built-in system prompt, empty: none. numbering: of pages, [i/n].

    language: of the place, a locale, for who does not show one of their own. own_language: that the member chose; empty:
    none.
    """

    model: str
    persona: str = ""
    mention_rule: MentionRule = MentionRule.MENTION
    language: str = ""
    own_language: str = ""
    sharing: Sharing = Sharing.GUILD
    numbering: bool = False


WIDER = (Sharing.NOBODY, Sharing.CHANNEL, Sharing.GUILD, Sharing.EVERYWHERE)
"""Among ever more members."""


def effective(operators: Effective, guild: Preferences, channel: Preferences, user: Preferences) -> Effective:
    """Return what counts: of a member over that of a channel, over that of its guild, over the operator's.

    Who may answer to whom can only be narrowed: the operator answers for what leaves a guild.
    """
    return replace(
        operators,
        model=user.model or channel.model or guild.model or operators.model,
        persona=channel.persona or guild.persona or operators.persona,
        mention_rule=channel.mention_rule or guild.mention_rule or operators.mention_rule,
        language=channel.language or guild.language or operators.language,
        own_language=user.language,
        sharing=_narrowest(operators.sharing, _sharing(guild, channel), _sharing(user)),
        numbering=_first(channel.numbering, guild.numbering, default=operators.numbering),
    )


def _sharing(outer: Preferences, inner: Preferences | None = None) -> Sharing:
    inner = inner or Preferences()
    if not _first(inner.stored_answers, outer.stored_answers, default=True):
        return Sharing.NOBODY
    return inner.sharing or outer.sharing or Sharing.EVERYWHERE


def _narrowest(*sharings: Sharing) -> Sharing:
    return min(sharings, key=WIDER.index)


def _first(*choices: bool | None, default: bool) -> bool:
    return next((choice for choice in choices if choice is not None), default)
