"""What is set in Discord for guilds, channels and members, and what of it counts for one question. Pure."""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Effective:
    """What counts for one question. persona: over the built-in system prompt, empty: none. language: a locale, empty:
    the member's own. numbering: whether pages are numbered [i/n].
    """

    model: str
    persona: str = ""
    mention_rule: MentionRule = MentionRule.MENTION
    language: str = ""
    sharing: Sharing = Sharing.GUILD
    numbering: bool = False
