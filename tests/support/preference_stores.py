"""A store of preferences as the cache keeps them, with others who change them meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from parley_gateway.preferences import Preferences, Subject, Versioned
from parley_kit.faults import Conflict, Unavailable


class Store:
    """A PreferenceStore. meanwhile: what others do between our reading and our writing, each once."""

    def __init__(self, *meanwhile: Callable[[Preferences], Preferences]) -> None:
        self.kept: dict[Subject, Versioned] = {}
        self.meanwhile = list(meanwhile)
        self.away = False
        self.updates = 0

    async def get(self, subject: Subject) -> Versioned:
        self._there()
        return self.known(subject)

    async def update(self, fresh: Versioned) -> Versioned:
        self._there()
        if self.meanwhile:
            self.change(fresh.subject, self.meanwhile.pop(0))
        if fresh.version != self.known(fresh.subject).version:
            raise Conflict("PREFERENCES_CHANGED", "")
        self.updates += 1
        self.kept[fresh.subject] = replace(fresh, version=fresh.version + 1)
        return self.kept[fresh.subject]

    def known(self, subject: Subject) -> Versioned:
        """Return what is set, as a near copy tells it."""
        return self.kept.get(subject, Versioned(subject))

    def change(self, subject: Subject, change: Callable[[Preferences], Preferences]) -> None:
        """Change something, as another member does at another gateway."""
        now = self.known(subject)
        self.kept[subject] = replace(now, preferences=change(now.preferences), version=now.version + 1)

    def _there(self) -> None:
        if self.away:
            raise Unavailable("UNAVAILABLE", "")
