"""PreferencesService on the wire."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import grpc
from typing_extensions import override

from parley.cache.v1 import preferences_pb2 as pb
from parley.cache.v1 import preferences_pb2_grpc
from parley_cache import preferences
from parley_cache.preferences import Versioned
from parley_cache.service import bounds, preferences_wire, subjects
from parley_cache.store.port import Store
from parley_cache.wakeups import Ears, Wakeups
from parley_kit.faults import Unavailable

AT_ONCE = 64
"""Changes that one operation reads at first; if there are more, twice as many, and so on."""


class PreferencesServicer(preferences_pb2_grpc.PreferencesServiceServicer):
    """Settings as gateways read, write and watch them."""

    def __init__(self, store: Store, wakeups: Wakeups) -> None:
        self._store = store
        self._wakeups = wakeups
        self._watching: set[Ears] = set()
        self._draining = False

    def drain(self) -> None:
        """End all watches: their watchers find another cache."""
        self._draining = True
        for ears in self._watching:
            ears.wake()

    @override
    async def GetPreferences(
        self, request: pb.GetPreferencesRequest, context: grpc.aio.ServicerContext[pb.GetPreferencesRequest, Any]
    ) -> pb.GetPreferencesResponse:
        bounds.count("subjects", len(request.subjects), bounds.SUBJECTS)
        asked = [subjects.read(f"subjects[{place}]", one) for place, one in enumerate(request.subjects)]
        found = await self._store.apply("get_preferences", lambda tables: preferences.get(tables, asked))
        return pb.GetPreferencesResponse(preferences=[preferences_wire.write(one) for one in found])

    @override
    async def UpdatePreferences(
        self, request: pb.UpdatePreferencesRequest, context: grpc.aio.ServicerContext[pb.UpdatePreferencesRequest, Any]
    ) -> pb.UpdatePreferencesResponse:
        subject = subjects.read("subject", request.subject)
        wanted, version = preferences_wire.read(request.preferences), request.expected_version
        done = await self._store.apply(
            "update_preferences", lambda tables: preferences.update(tables, subject, wanted, version)
        )
        return pb.UpdatePreferencesResponse(preferences=preferences_wire.write(done))

    @override
    async def WatchPreferences(
        self, request: pb.WatchPreferencesRequest, context: grpc.aio.ServicerContext[pb.WatchPreferencesRequest, Any]
    ) -> AsyncIterator[pb.WatchPreferencesResponse]:
        with self._wakeups.listen(preferences.SUBJECT) as ears:
            self._watching.add(ears)
            try:
                async for changed in self._changes(ears):
                    yield pb.WatchPreferencesResponse(preferences=preferences_wire.write(changed))
            finally:
                self._watching.discard(ears)
        raise Unavailable("DRAINING", "This cache ends; watch another one.")

    async def _changes(self, ears: Ears) -> AsyncIterator[Versioned]:
        after = 0
        while not self._draining:
            found = await self._after(after)
            for changed in found.changed:
                yield changed
            after = found.upto
            await ears.wait()

    async def _after(self, after: int) -> preferences.Changes:
        limit = AT_ONCE
        while True:
            rule = partial(preferences.changes, after=after, limit=limit)
            found = await self._store.apply("watch_preferences", rule)
            if not found.more:
                return found
            limit *= 2
