"""Whom a message of ours notifies, as hikari is told: nobody, whatever names stand in it."""

from __future__ import annotations

from typing import TypedDict


class Mentions(TypedDict):
    """hikari's parameters."""

    mentions_everyone: bool
    user_mentions: bool
    role_mentions: bool


INERT = Mentions(mentions_everyone=False, user_mentions=False, role_mentions=False)
"""Said with each edit too: an edit that says nothing of it lets Discord look for names."""
