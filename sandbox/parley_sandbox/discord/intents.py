"""Gateway intents: which events a session has asked for."""

from enum import IntFlag


class Intent(IntFlag):
    """The intents that govern this server's events; names and values are Discord's."""

    GUILDS = 1 << 0
    GUILD_MEMBERS = 1 << 1
    GUILD_PRESENCES = 1 << 8
    GUILD_MESSAGES = 1 << 9
    GUILD_MESSAGE_REACTIONS = 1 << 10
    GUILD_MESSAGE_TYPING = 1 << 11
    DIRECT_MESSAGES = 1 << 12
    DIRECT_MESSAGE_REACTIONS = 1 << 13
    DIRECT_MESSAGE_TYPING = 1 << 14
    MESSAGE_CONTENT = 1 << 15


ALWAYS = Intent(0)
"""For events that need no intent, such as interactions."""
PRIVILEGED = Intent.GUILD_MEMBERS | Intent.GUILD_PRESENCES | Intent.MESSAGE_CONTENT
KNOWN = ((1 << 26) - 1) & ~(1 << 17 | 1 << 18 | 1 << 19 | 1 << 22 | 1 << 23)
"""Every bit that Discord has given a meaning; any other is answered with close code 4013."""


def of_message(guild_id: str | None) -> Intent:
    """Return the intent that messages of a guild, or of direct channels, need."""
    return Intent.GUILD_MESSAGES if guild_id else Intent.DIRECT_MESSAGES


def of_typing(guild_id: str | None) -> Intent:
    """Return the intent that typing notices need."""
    return Intent.GUILD_MESSAGE_TYPING if guild_id else Intent.DIRECT_MESSAGE_TYPING


def of_reaction(guild_id: str | None) -> Intent:
    """Return the intent that reactions need."""
    return Intent.GUILD_MESSAGE_REACTIONS if guild_id else Intent.DIRECT_MESSAGE_REACTIONS
