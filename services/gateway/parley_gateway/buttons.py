"""The buttons under an answer, and what they carry: all their state, so that any gateway may answer a press days later.

A custom id is `v1:action:turn:author`, with `:revision` where the conversation must not have gone on since; at most
100 characters, Discord's limit.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

MAX_LENGTH = 100
VERSION = "v1"


class Action(StrEnum):
    """What a press asks for."""

    STOP = "stop"
    """End this answer; keep what is there."""
    REGENERATE = "regenerate"
    """Answer once more, in the same messages."""
    AFRESH = "afresh"
    """Answer once more, since this answer was a stored one."""
    CONTINUE = "continue"
    """Go on where the answer broke off."""
    RETRY = "retry"
    """Try again after an error."""
    ANEW = "anew"
    """Answer the question as it is now, since it was changed."""


ACTIONS = frozenset(action.value for action in Action)


@dataclass(frozen=True, slots=True)
class Button:
    """A button of one turn. author_id: who asked. revision: of the conversation (`Opened.revision`), 0: does not matter."""

    action: Action
    turn_id: str
    author_id: str
    revision: int = 0


Buttons = tuple[Button, ...]
"""The buttons of one message, from left to right."""


def encode(button: Button) -> str:
    """Return a button's custom id."""
    parts = [VERSION, button.action.value, button.turn_id, button.author_id]
    text = ":".join([*parts, str(button.revision)] if button.revision else parts)
    assert len(text) <= MAX_LENGTH, "two snowflakes and a revision fit"
    return text


def decode(text: str) -> Button | None:
    """Return what a custom id means; None for one that is not ours or of a version that we do not know."""
    version, _, rest = text.partition(":")
    action, _, numbers = rest.partition(":")
    if version != VERSION or action not in ACTIONS or not all(map(_is_number, numbers.split(":"))):
        return None
    match numbers.split(":"):
        case [turn_id, author_id]:
            return Button(Action(action), turn_id, author_id)
        case [turn_id, author_id, revision]:
            return Button(Action(action), turn_id, author_id, int(revision))
        case _:
            return None


def _is_number(text: str) -> bool:
    """Whether it is a number as we write one: at most 20 digits, as many as 64 bits need."""
    return text.isascii() and text.isdigit() and len(text) <= len(str(2**64))
