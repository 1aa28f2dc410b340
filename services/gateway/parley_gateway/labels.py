"""Label values that are known beforehand: what is shown as 0 from the start, and what no foreign word can widen."""

from __future__ import annotations

from parley_gateway.claims import Source
from parley_gateway.edits import FailureKind, Standing
from parley_gateway.endings import CAUSES
from parley_gateway.model import Outcome, Trigger
from parley_gateway.turns.failures import TABLE, Act, Trouble, told_reason

OUTCOMES = tuple(outcome.value for outcome in Outcome)
UNANSWERED = frozenset({Outcome.FAILED, Outcome.REFUSED, Outcome.ABANDONED})
"""Outcomes of which somebody asks why."""
OTHER = "other"
REASONS = (*CAUSES, "REFUSAL", *sorted({one.name for one in Standing} - set(CAUSES)), OTHER)
"""Why a turn was not answered; OTHER stands for a word that an executor of another version may say."""
EDIT_KINDS = ("create", "replace", "remove")
EDIT_OUTCOMES = ("accepted", *(kind.value for kind in FailureKind))
EVENTS = {
    "MESSAGE_CREATE": ("handled", "ignored", "dropped", "failed"),
    "MESSAGE_UPDATE": ("handled", "ignored", "failed"),
    "MESSAGE_DELETE": ("handled", "failed"),
    "INTERACTION_CREATE": ("handled", "ignored", "failed"),
}
DECISIONS = {
    "admitted": ("free", "monitor_silent"),
    "refused": (told_reason(Trouble.NO_SLOT), told_reason(Trouble.NO_EXECUTOR)),
}
TROUBLES = {trouble.name: {remedy.act.name, Act.TELL.name} for trouble, remedy in TABLE.items()}
TRIGGERS = tuple(trigger.value for trigger in Trigger)
ACKNOWLEDGEMENTS = TAKEN, NOT_TAKEN = ("taken", "failed")
CONNECTIONS = OPENED, REUSED = ("opened", "reused")
NO_SCOPE = "none"
SCOPES = ("user", "shared", "global", NO_SCOPE)
"""Whose limit an answer 429 is about, as Discord says; it says nothing when its outer wall answers."""


def source(found: Source) -> str:
    """Return the label of where a text comes from; none: the turn ended before anybody knew."""
    return found.value or "none"


SOURCES = tuple(source(one) for one in Source)


def reason(word: str) -> str:
    """Return the label of a reason."""
    return word if word in REASONS else OTHER


def scope(word: str) -> str:
    """Return the label of a limit's scope."""
    return word if word in SCOPES else NO_SCOPE
