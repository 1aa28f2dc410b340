"""Files that are sent to Discord."""

from __future__ import annotations

import hikari

ANSWER = "answer.md"
MOST_BYTES = 10 * 1024 * 1024
"""Discord takes no larger file of a bot in a guild without boosts."""


def answer_file(text: str) -> hikari.Bytes:
    """Return a whole answer as a file, at most as long as Discord takes."""
    return hikari.Bytes(fitting(text), ANSWER, mimetype="text/markdown")


def fitting(text: str) -> bytes:
    """Return what of a text fits into a file, in UTF-8; no character is cut."""
    return text.encode("utf-8", "replace")[:MOST_BYTES].decode("utf-8", "ignore").encode()
