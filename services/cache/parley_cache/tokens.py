"""The token of an interaction, kept in its turn no longer than Discord takes it. Pure; times in the store's seconds."""

from __future__ import annotations

from dataclasses import replace

from parley_cache.records import Turn

TOKEN_SECONDS = 15 * 60.0
"""How long Discord takes it."""


def noted(turn: Turn, now: float, asked_ago: float) -> Turn:
    """Return a turn that knows when its token is worth nothing any more; `asked_ago`: how old that is, in seconds."""
    if not turn.opening.origin.interaction_token:
        return turn
    return dropped(replace(turn, token_until=now + TOKEN_SECONDS - asked_ago), now)


def is_worthless(turn: Turn, now: float) -> bool:
    """Tell whether the turn has a token that nobody takes any more."""
    return turn.token_until is not None and turn.token_until <= now


def dropped(turn: Turn, now: float) -> Turn:
    """Return the turn without a token that is worthless."""
    if not is_worthless(turn, now):
        return turn
    origin = replace(turn.opening.origin, interaction_token="")
    return replace(turn, opening=replace(turn.opening, origin=origin), token_until=None)
