"""Types of commands and of their options, by Discord's names and numbers."""

from collections.abc import Mapping
from enum import IntEnum


class CommandType(IntEnum):
    """Where a command is found: behind a slash, or in the menu of a user or of a message."""

    CHAT_INPUT = 1
    USER = 2
    MESSAGE = 3


class OptionType(IntEnum):
    """What an option takes."""

    SUB_COMMAND = 1
    SUB_COMMAND_GROUP = 2
    STRING = 3
    INTEGER = 4
    BOOLEAN = 5
    USER = 6
    CHANNEL = 7
    ROLE = 8
    MENTIONABLE = 9
    NUMBER = 10
    ATTACHMENT = 11


NESTED = frozenset({OptionType.SUB_COMMAND, OptionType.SUB_COMMAND_GROUP})
CHOOSABLE = frozenset({OptionType.STRING, OptionType.INTEGER, OptionType.NUMBER})
"""Those that may have choices or be completed while somebody types."""
MOST: Mapping[int, int] = {CommandType.CHAT_INPUT: 100, CommandType.USER: 5, CommandType.MESSAGE: 5}
"""How many commands of each type an application may register in one scope; of menus Discord may allow more by now."""
IN_GUILD, IN_DIRECT, IN_PRIVATE = range(3)
"""Contexts: a guild, the direct channel with the bot, other private channels."""
INTEGER_LIMIT = 1 << 53
"""Integers and numbers lie strictly between minus this and this."""
