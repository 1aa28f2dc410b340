"""One subscription to the store's changes for the whole process; each stream listens to the subjects it stands on."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from parley_cache.store.port import EVERYTHING, Store


class Ears:
    """What one stream waits for. A wake-up before `wait` is not lost."""

    def __init__(self, heard: dict[str, set[Ears]]) -> None:
        self._heard = heard
        self._subjects: set[str] = set()
        self._news = asyncio.Event()

    def add(self, subject: str) -> bool:
        """Listen to one more subject; True when it is new, so that its state must be looked at once more."""
        if subject in self._subjects:
            return False
        self._subjects.add(subject)
        self._heard.setdefault(subject, set()).add(self)
        return True

    def wake(self) -> None:
        """Something may have changed."""
        self._news.set()

    async def wait(self) -> None:
        """Return after the next wake-up, or at once if there was one since the last."""
        await self._news.wait()
        self._news.clear()

    def close(self) -> None:
        """Hear no more."""
        for subject in self._subjects:
            listeners = self._heard[subject]
            listeners.discard(self)
            if not listeners:
                del self._heard[subject]


class Wakeups:
    """Passes the store's changes on."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._heard: dict[str, set[Ears]] = {}

    @contextmanager
    def listen(self, *subjects: str) -> Iterator[Ears]:
        """Hear of these subjects, and of gaps in what can be heard."""
        ears = Ears(self._heard)
        for subject in (EVERYTHING, *subjects):
            ears.add(subject)
        try:
            yield ears
        finally:
            ears.close()

    async def run(self) -> None:
        """Pass changes on until cancelled."""
        async for subjects in self._store.changes():
            for subject in subjects:
                for ears in self._heard.get(subject, ()):
                    ears.wake()
