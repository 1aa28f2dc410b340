"""Turns that lost their holder: noticed in time, offered to everybody who watches, until somebody adopts them.

For one lease after the store came back nothing lapses and nothing is offered: the holders are on their way back.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence

from parley_cache.fullness import Fullness
from parley_cache.observer import Observer
from parley_cache.store.port import Store
from parley_cache.store.tables import EXPIRY
from parley_cache.views import Orphan
from parley_cache.wakeups import Ears, Wakeups
from parley_kit.clock import Clock
from parley_kit.faults import Exhausted, Internal, Unavailable

_log = logging.getLogger(__name__)


class Orphanage:
    """Sweeps the store and offers what it finds. `settle` and `interval` in seconds."""

    def __init__(
        self,
        store: Store,
        wakeups: Wakeups,
        observer: Observer,
        clock: Clock,
        *,
        fullness: Fullness,
        settle: float,
        interval: float,
    ) -> None:
        self._store = store
        self._wakeups = wakeups
        self._observer = observer
        self._clock = clock
        self._fullness = fullness
        self._settle = settle
        self._losses = store.losses
        self._quiet_until = clock.monotonic() + settle
        self._interval = interval
        self._orphans: Sequence[Orphan] = ()
        self._swept = asyncio.Event()
        self._draining = False

    async def run(self) -> None:
        """Sweep at each interval, and at once when a lease is given back, until cancelled."""
        with self._wakeups.listen(EXPIRY) as ears:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._tick(ears))
                while True:
                    await self.sweep()
                    await ears.wait()

    async def _tick(self, ears: Ears) -> None:
        while True:
            await self._clock.sleep(self._interval)
            ears.wake()

    async def sweep(self) -> None:
        """Do what is due in the store and take note of the orphans; when it is away, wait for its return."""
        try:
            await self._sweep()
        except Unavailable:
            self._orphans = ()
            self._quiet_until = self._clock.monotonic() + self._settle
        except (Exhausted, Internal):
            _log.exception("orphanage.sweep_failed")  # one record that cannot be done must not end all held turns

    async def _sweep(self) -> None:
        settled = self._settled()
        await self._store.sweep(lapses=settled)
        self._orphans = await self._store.orphans() if settled else ()
        figures = await self._store.figures()
        self._fullness.note(figures)
        self._observer.filled(figures)
        self._announce()

    def _settled(self) -> bool:
        now = self._clock.monotonic()
        if self._store.losses != self._losses:
            self._losses = self._store.losses
            self._quiet_until = now + self._settle
        return now >= self._quiet_until

    def _announce(self) -> None:
        self._swept.set()
        self._swept = asyncio.Event()

    def drain(self) -> None:
        """End all watches: their watchers find another cache."""
        self._draining = True
        self._announce()

    async def watch(self) -> AsyncIterator[Orphan]:
        """Yield all orphans, then each new one. Raises Unavailable when this process drains."""
        offered: dict[str, str] = {}
        while not self._draining:
            swept, orphans = self._swept, self._orphans
            leases = {orphan.opening.turn_id: orphan.lease for orphan in orphans}
            for orphan in orphans:
                if offered.get(orphan.opening.turn_id) != orphan.lease:
                    yield orphan
            offered = leases
            await swept.wait()
        raise Unavailable("DRAINING", "This cache ends; watch another one.")
