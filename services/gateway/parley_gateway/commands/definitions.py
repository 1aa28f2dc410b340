"""The bot's commands, as data: what Discord shows of them, and who may use them where. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from parley_gateway.texts import Key

LANGUAGES = {"ja": "ja"}
"""Discord's locales with names of their own, and their catalogue; all others see the English names."""
MOST_MODEL = 100
"""Characters of a model's name, as many as the cache takes."""
MOST_PROMPT = 4000
"""Characters of a question in a command: more than Discord takes in a message, less than in an option (6 000)."""


class Kind(Enum):
    """Where a command stands."""

    SLASH = "slash"
    MESSAGE = "message"
    """In the menu of every message."""


class Given(Enum):
    """What an option takes."""

    TEXT = "text"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Parameter:
    """An option. completed: its values are offered while it is typed. most: characters, 0: Discord's own limit."""

    name: Key
    about: Key
    given: Given = Given.TEXT
    required: bool = False
    completed: bool = False
    most: int = 0


@dataclass(frozen=True, slots=True)
class Definition:
    """A command. about None: Discord shows none for what stands in menus. managers: needs Manage Server, in guilds only."""

    name: Key
    about: Key | None = None
    kind: Kind = Kind.SLASH
    parameters: tuple[Parameter, ...] = ()
    managers: bool = False


PROMPT = Parameter(Key.COMMAND_ASK_PROMPT_NAME, Key.COMMAND_ASK_PROMPT_ABOUT, required=True, most=MOST_PROMPT)
MODEL = Parameter(Key.COMMAND_ASK_MODEL_NAME, Key.COMMAND_ASK_MODEL_ABOUT, completed=True, most=MOST_MODEL)
FILE = Parameter(Key.COMMAND_ASK_FILE_NAME, Key.COMMAND_ASK_FILE_ABOUT, given=Given.FILE)
CHOICE = Parameter(Key.COMMAND_MODEL_CHOICE_NAME, Key.COMMAND_MODEL_CHOICE_ABOUT, completed=True, most=MOST_MODEL)

ASK = Definition(Key.COMMAND_ASK_NAME, Key.COMMAND_ASK_ABOUT, parameters=(PROMPT, MODEL, FILE))
ASK_CLAUDE = Definition(Key.COMMAND_ASK_CLAUDE_NAME, kind=Kind.MESSAGE)
STOP = Definition(Key.COMMAND_STOP_NAME, Key.COMMAND_STOP_ABOUT)
NEW = Definition(Key.COMMAND_NEW_NAME, Key.COMMAND_NEW_ABOUT)
CONTEXT = Definition(Key.COMMAND_CONTEXT_NAME, Key.COMMAND_CONTEXT_ABOUT)
FORGET = Definition(Key.COMMAND_FORGET_NAME, Key.COMMAND_FORGET_ABOUT)
USAGE = Definition(Key.COMMAND_USAGE_NAME, Key.COMMAND_USAGE_ABOUT)
STATUS = Definition(Key.COMMAND_STATUS_NAME, Key.COMMAND_STATUS_ABOUT)
HELP = Definition(Key.COMMAND_HELP_NAME, Key.COMMAND_HELP_ABOUT)
MODELS = Definition(Key.COMMAND_MODEL_NAME, Key.COMMAND_MODEL_ABOUT, parameters=(CHOICE,))
SETTINGS = Definition(Key.COMMAND_SETTINGS_NAME, Key.COMMAND_SETTINGS_ABOUT, managers=True)

DEFINITIONS = (ASK, ASK_CLAUDE, STOP, NEW, CONTEXT, FORGET, USAGE, STATUS, MODELS, SETTINGS, HELP)
"""All of them, in the order of `/help`."""
