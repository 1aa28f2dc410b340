"""Live and recent turns, for those who watch: the sandbox's page, an operator's terminal. Never their text."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator

from parley_gateway.model import Stage, TurnView

RECENT = 200
"""So many ended turns are remembered."""


class Board:
    """The newest view of each turn. A slow watcher misses steps of a turn, never its newest state."""

    def __init__(self, recent: int = RECENT) -> None:
        self._recent = recent
        self._views: OrderedDict[str, TurnView] = OrderedDict()
        self._watchers: set[_Watcher] = set()
        self._closed = False

    def put(self, view: TurnView) -> None:
        """Show a turn as it is now."""
        self._views[view.turn_id] = view
        self._views.move_to_end(view.turn_id)
        self._forget()
        for watcher in self._watchers:
            watcher.put(view)

    def drop(self, turn_id: str) -> None:
        """Show a turn no more: it was another gateway's."""
        self._views.pop(turn_id, None)

    def close(self) -> None:
        """End all watches."""
        self._closed = True
        for watcher in self._watchers:
            watcher.wake()

    @property
    def live(self) -> int:
        """How many turns have not ended."""
        return sum(view.stage is not Stage.ENDED for view in self._views.values())

    async def watch(self) -> AsyncGenerator[TurnView, None]:
        """Yield all views, then each change, until the board closes."""
        watcher = _Watcher()
        for view in self._views.values():
            watcher.put(view)
        self._watchers.add(watcher)
        try:
            while not self._closed:
                for view in await watcher.take():
                    yield view
        finally:
            self._watchers.discard(watcher)

    def _forget(self) -> None:
        ended = [turn_id for turn_id, view in self._views.items() if view.stage is Stage.ENDED]
        for turn_id in ended[: max(0, len(ended) - self._recent)]:
            del self._views[turn_id]


class _Watcher:
    """What one watcher has not read yet: the newest view of each changed turn."""

    def __init__(self) -> None:
        self._changed: OrderedDict[str, TurnView] = OrderedDict()
        self._news = asyncio.Event()

    def put(self, view: TurnView) -> None:
        self._changed[view.turn_id] = view
        self._news.set()

    def wake(self) -> None:
        self._news.set()

    async def take(self) -> list[TurnView]:
        await self._news.wait()
        self._news.clear()
        views = list(self._changed.values())
        self._changed.clear()
        return views
