"""A gateway's near copy of what is set in Discord. Pure; the cache's stream fills it."""

from __future__ import annotations

from collections.abc import Callable

from typing_extensions import override

from parley_gateway.ports import Customs
from parley_gateway.preferences import Effective, Preferences, Subject, SubjectKind, Versioned, effective


class PreferenceBook(Customs):
    """A near copy of all that is set. parent_of: the channel of a thread, empty where there is none."""

    def __init__(self, operators: Effective, parent_of: Callable[[str], str]) -> None:
        self._operators, self._parent_of = operators, parent_of
        self._known: dict[Subject, tuple[Versioned, str]] = {}

    def put(self, fresh: Versioned, source: str) -> None:
        """Take what a cache tells. An older version counts only from the cache that told the newer one: it forgot."""
        known = self._known.get(fresh.subject)
        if known is None or fresh.version >= known[0].version or source == known[1]:
            self._known[fresh.subject] = fresh, source

    def get(self, subject: Subject) -> Versioned:
        """Return what is set for a subject."""
        known = self._known.get(subject)
        return known[0] if known is not None else Versioned(subject)

    @override
    def of(self, guild_id: str, channel_id: str, user_id: str) -> Effective:
        return effective(
            self._operators,
            self._of(SubjectKind.GUILD, guild_id),
            self._of_channel(channel_id),
            self._of(SubjectKind.USER, user_id),
        )

    def _of(self, kind: SubjectKind, subject_id: str) -> Preferences:
        return self.get(Subject(kind, subject_id)).preferences

    def _of_channel(self, channel_id: str) -> Preferences:
        """Return what is set for a thread; where nothing is, for its channel."""
        own = self._of(SubjectKind.CHANNEL, channel_id)
        parent = self._parent_of(channel_id)
        return own if not parent or own != Preferences() else self._of(SubjectKind.CHANNEL, parent)
