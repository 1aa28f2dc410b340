"""What a member shall see of what Claude said."""

from __future__ import annotations

from parley_gateway.redrawn import Redrawn


def as_shown(said: str) -> str:
    """Return a text as its pages show it, one after the other: fences closed and opened again, tables redrawn."""
    pages = Redrawn()
    pages.feed(said)
    return "\n".join(page.content for page in pages.shown(ended=True))
