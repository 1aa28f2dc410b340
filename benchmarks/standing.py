"""What stands in Discord of an answer: whether it still grows, and what of it Claude said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

STOP = "v1:stop:"
"""How the custom id of a Stop button begins."""


def grows(message: Mapping[str, Any]) -> bool:
    """Whether a message has a Stop button; others stay under an answer that has ended."""
    return STOP in str(message["components"])


def spoken(content: str) -> tuple[str, ...]:
    """Return the words of a message without the small print under it."""
    return tuple(word for line in content.split("\n") if not line.startswith("-# ") for word in line.split())
