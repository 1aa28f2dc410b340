"""What monitors ask of the cache, done one after the other."""

from __future__ import annotations

import asyncio
import logging
from functools import partial

from parley_cache import shelf
from parley_cache.shelf import Tune
from parley_cache.store.port import Store
from parley_kit.faults import Fault

_log = logging.getLogger(__name__)

WAITING = 16
"""Wishes that wait at most; a monitor that still wants what was dropped asks again."""


class Upkeep:
    """Carries out directives. Which of several caches on one store does it, and how often it is asked, is all one."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._asked: asyncio.Queue[Tune] = asyncio.Queue(WAITING)

    def ask(self, wish: Tune) -> None:
        """Take a wish."""
        if not self._asked.full():
            self._asked.put_nowait(wish)

    async def run(self) -> None:
        """Do what is asked, until cancelled."""
        while True:
            await self._tune(await self._asked.get())

    async def _tune(self, wish: Tune) -> None:
        try:
            ttl = await self._store.apply("tune", partial(shelf.tune, wish=wish))
        except Fault as fault:
            _log.warning("upkeep.not_tuned", extra={"reason": fault.reason})
            return
        if ttl is not None:
            _log.info("upkeep.tuned", extra={"factor": wish.factor, "ttl": ttl})
