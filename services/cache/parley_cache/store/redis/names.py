"""Where everything lies in Redis. Every key begins with the schema's version, so that two never meet."""

from __future__ import annotations

from typing import Final

SCHEMA: Final = "1"
"""The version of these names and of how records are written; another one in Redis is refused."""

SCHEMA_KEY: Final = "parley:schema"
PREFIX: Final = f"parley:{SCHEMA}:"
CHANNEL: Final = f"{PREFIX}changes"
"""Where each step publishes the subjects that it changed, one a line."""

ALARMS: Final = "alarms"
LAPSED: Final = "lapsed"
TOUCHED: Final = "touched"
FIGURES: Final = "figures"
COUNTERS: Final = "counters"
ENDS: Final = "ends"
TEXT: Final = "text:"
SPOKEN: Final = "spoken:"


def turn(turn_id: str) -> str:
    """A turn without what began it."""
    return f"turn:{turn_id}"


def opening(turn_id: str) -> str:
    """What began a turn: long, and written once."""
    return f"opening:{turn_id}"


def log(log_id: str) -> str:
    """A reply log without its text."""
    return f"log:{log_id}"


def block(log_id: str, number: int | str) -> str:
    """A block of a log's text."""
    return f"{TEXT}{log_id}:{number}"


def readers(log_id: str) -> str:
    """Who reads a log."""
    return f"readers:{log_id}"


def live(key: bytes) -> str:
    """The open log of a key."""
    return f"live:{key.hex()}"


def conversation(conversation_id: str) -> str:
    """A conversation without its messages."""
    return f"conversation:{conversation_id}"


def messages(conversation_id: str) -> str:
    """A conversation's messages."""
    return f"messages:{conversation_id}"


def pointers(conversation_id: str) -> str:
    """The names of all cells that point to a conversation."""
    return f"pointers:{conversation_id}"


def of_message(message_id: str) -> str:
    """The conversation of a Discord message."""
    return f"message:{message_id}"


def recent(channel_id: str, user_id: str) -> str:
    """A member's latest conversation in a channel."""
    return f"recent:{channel_id}:{user_id}"


def spoken(user_id: str) -> str:
    """The conversations in which a member asked something."""
    return f"{SPOKEN}{user_id}"


def record(kind: type[object], name: str) -> str:
    """A record of the drawers."""
    return f"record:{kind.__name__}:{name}"


def order(name: str) -> str:
    """An order of the drawers."""
    return f"order:{name}"
