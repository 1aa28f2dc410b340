"""Settings of guilds, channels and members: versioned, watched. Rules over the plain half of the tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from parley_cache.model import Scope
from parley_cache.quotas import UsageLimits
from parley_cache.store.tables import Tables
from parley_kit.faults import Conflict

SUBJECT = "preferences"
"""The subject of all changes of settings, and the order in which they stand: the newest first."""


class SubjectKind(Enum):
    """What a setting is about."""

    GUILD = "guild"
    CHANNEL = "channel"
    USER = "user"


class MentionRule(Enum):
    """Which messages are answered."""

    MENTION = "mention"
    EVERYTHING = "everything"
    COMMANDS = "commands"


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose settings they are."""

    kind: SubjectKind
    id: str

    @property
    def name(self) -> str:
        """Its name among records."""
        return f"{self.kind.value}:{self.id}"


@dataclass(frozen=True, slots=True)
class Preferences:
    """What is set; empty or None: not set."""

    model: str = ""
    persona: str = ""
    mention_rule: MentionRule | None = None
    language: str = ""
    stored_answers: bool | None = None
    cache_scope: Scope | None = None
    numbering: bool | None = None
    limits: UsageLimits = field(default_factory=UsageLimits)


@dataclass(frozen=True, slots=True)
class Versioned:
    """What is set for a subject; `version` counts its changes, `serial` those of all."""

    subject: Subject
    preferences: Preferences = field(default_factory=Preferences)
    version: int = 0
    serial: int = 0


@dataclass(frozen=True, slots=True)
class Serial:
    """The number of the latest change."""

    number: int


def get(tables: Tables, subjects: Sequence[Subject]) -> Sequence[Versioned]:
    """Return what is set for each."""
    found = tables.records(Versioned, [subject.name for subject in subjects])
    return [one or Versioned(subject) for subject, one in zip(subjects, found, strict=True)]


def update(tables: Tables, subject: Subject, wanted: Preferences, expected_version: int) -> Versioned:
    """Set all that is set for a subject. Raises Conflict when it was changed since that version."""
    former = tables.record(Versioned, subject.name)
    if (former.version if former is not None else 0) != expected_version:
        raise Conflict("PREFERENCES_CHANGED", "Somebody else has changed these settings; read them again.")
    serial = latest(tables) + 1
    changed = Versioned(subject, wanted, expected_version + 1, serial)
    tables.put_record(SUBJECT, Serial(serial))
    tables.put_record(subject.name, changed)
    tables.place(SUBJECT, subject.name, -serial)
    tables.tell(SUBJECT)
    return changed


def forget(tables: Tables, subject: Subject) -> None:
    """Forget what somebody has chosen, not the limits that were set for them."""
    former = tables.record(Versioned, subject.name)
    if former is None:
        return
    left = Preferences(limits=former.preferences.limits)
    if left != former.preferences:
        update(tables, subject, left, former.version)


def latest(tables: Tables) -> int:
    """Return the number of the latest change; 0: there was none."""
    serial = tables.record(Serial, SUBJECT)
    return serial.number if serial is not None else 0


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed after a number, the oldest first; `more`: not all of it; ask for more at a time."""

    changed: Sequence[Versioned]
    upto: int
    more: bool


def changes(tables: Tables, after: int, limit: int) -> Changes:
    """Return what changed after a number; all, if that number is not known here (the store forgot)."""
    upto = latest(tables)
    after = after if after <= upto else 0
    names = tables.lowest(SUBJECT, limit)
    found = [one for one in tables.records(Versioned, names) if one is not None and one.serial > after]
    more = len(names) == limit and len(found) == limit
    return Changes(sorted(found, key=lambda one: one.serial), upto, more)
