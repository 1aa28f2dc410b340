"""What a button carries: `v1:action:turn:author`, at most 100 characters; all its state, so that any gateway may answer."""

from __future__ import annotations

from dataclasses import dataclass

MAX_LENGTH = 100
VERSION = "v1"
STOP = "stop"


@dataclass(frozen=True, slots=True)
class Stop:
    """Stop a turn. author_id: who asked."""

    turn_id: str
    author_id: str


def encode(stop: Stop) -> str:
    """Return the custom id of a Stop button."""
    text = f"{VERSION}:{STOP}:{stop.turn_id}:{stop.author_id}"
    assert len(text) <= MAX_LENGTH, "two snowflakes fit"
    return text


def decode(text: str) -> Stop | None:
    """Return what a button asks for; None for one that is not ours or of a version that we do not know."""
    match text.split(":"):
        case [version, action, turn_id, author_id] if (version, action) == (VERSION, STOP):
            return Stop(turn_id, author_id) if _is_snowflake(turn_id) and _is_snowflake(author_id) else None
        case _:
            return None


def _is_snowflake(text: str) -> bool:
    return text.isascii() and text.isdigit()
