"""A change of one thing that is set, made so that nobody's change is lost and the same change twice is one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from parley_gateway.ports import PreferenceStore
from parley_gateway.preferences import MentionRule, Preferences, Subject, UsageLimits, Versioned
from parley_gateway.settings_panels.spots import digest
from parley_gateway.terms import Sharing
from parley_kit.faults import Conflict

T = TypeVar("T")
TRIES = 5
"""Others may change other things of the same subject in between, so often."""


@dataclass(frozen=True, slots=True)
class Aspect(Generic[T]):
    """One thing that can be set."""

    get: Callable[[Preferences], T]
    put: Callable[[Preferences, T], Preferences]

    def digest(self, preferences: Preferences) -> str:
        """Return a short word for what is set."""
        return digest(self.get(preferences))


Stored = tuple[bool | None, Sharing | None]
"""Whether stored answers are welcome, and among whom."""

MODEL: Aspect[str] = Aspect(lambda chosen: chosen.model, lambda chosen, wanted: replace(chosen, model=wanted))
PERSONA: Aspect[str] = Aspect(lambda chosen: chosen.persona, lambda chosen, wanted: replace(chosen, persona=wanted))
RULE: Aspect[MentionRule | None] = Aspect(
    lambda chosen: chosen.mention_rule, lambda chosen, wanted: replace(chosen, mention_rule=wanted)
)
LANGUAGE: Aspect[str] = Aspect(lambda chosen: chosen.language, lambda chosen, wanted: replace(chosen, language=wanted))
STORED: Aspect[Stored] = Aspect(
    lambda chosen: (chosen.stored_answers, chosen.sharing),
    lambda chosen, wanted: replace(chosen, stored_answers=wanted[0], sharing=wanted[1]),
)
NUMBERING: Aspect[bool | None] = Aspect(
    lambda chosen: chosen.numbering, lambda chosen, wanted: replace(chosen, numbering=wanted)
)
LIMITS: Aspect[UsageLimits] = Aspect(
    lambda chosen: chosen.limits, lambda chosen, wanted: replace(chosen, limits=wanted)
)


@dataclass(frozen=True, slots=True)
class Change(Generic[T]):
    """One thing that shall be set. seen: a digest of what the member saw there; empty: it does not matter."""

    aspect: Aspect[T]
    wanted: T
    seen: str = ""


async def apply(store: PreferenceStore, subject: Subject, change: Change[T]) -> bool:
    """Set one thing. False: somebody else was faster to set the same, and theirs stands. Raises Fault."""
    known = await store.get(subject)
    before = change.aspect.get(known.preferences)
    seen = change.seen or change.aspect.digest(known.preferences)
    for _ in range(TRIES):
        stands = change.aspect.get(known.preferences)
        if stands == change.wanted:
            return True
        if stands != before or change.aspect.digest(known.preferences) != seen:
            return False
        try:
            await store.update(replace_in(known, change))
        except Conflict:
            known = await store.get(subject)
        else:
            return True
    return False


def replace_in(known: Versioned, change: Change[T]) -> Versioned:
    """Return all that is set, with the change."""
    return replace(known, preferences=change.aspect.put(known.preferences, change.wanted))
