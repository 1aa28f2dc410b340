"""Retention policies behind one face: the cache's own, and its rivals from their public descriptions or libraries."""

from __future__ import annotations

import heapq
import math
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from typing import Protocol

from retention_traces import Request, answer
from theine import Cache as TheineCache
from typing_extensions import override

from parley_cache import shelf
from parley_cache.limits import Limits
from parley_cache.retention import Saving
from parley_cache.shelf import Reply
from parley_cache.store.memory_tables import MemoryTables

ENTRIES = 1000
TTL = 3600.0
WARM = 0.1
"""The share of a trace that only fills the cache and is not counted."""


class Policy(Protocol):
    """Who stays; expired entries are dropped at once, for every policy alike."""

    def get(self, key: int, now: float) -> bool: ...
    def put(self, key: int, now: float) -> None: ...
    def drop(self, key: int) -> None: ...


class Parley(Policy):
    """The cache's own rules over its own tables; `weighs`: sizes and savings differ."""

    def __init__(self, *, weighs: bool = False) -> None:
        self._tables = MemoryTables(Limits(reply_entries=ENTRIES, reply_ttl=TTL))
        self._weighs = weighs

    @override
    def get(self, key: int, now: float) -> bool:
        self._tables.now = now
        shelf.take_stale(self._tables, 1000)
        return shelf.use(self._tables, key.to_bytes(8, "big")) is not None

    @override
    def put(self, key: int, now: float) -> None:
        one = answer(key) if self._weighs else None
        saving = Saving(one.seconds, one.tokens) if one is not None else Saving(5.0, 500)
        shelf.store(self._tables, Reply(key.to_bytes(8, "big"), str(key), one.size if one else 1000, saving))

    @override
    def drop(self, key: int) -> None:
        """Its own sweep has done it."""


class Notes(Policy):
    """The notes' LFU: the least hit goes first, the oldest among equals."""

    def __init__(self) -> None:
        self._kept: dict[int, tuple[int, float]] = {}
        self._heap: list[tuple[int, float, int]] = []

    @override
    def get(self, key: int, now: float) -> bool:
        if key not in self._kept:
            return False
        hits, since = self._kept[key]
        self._set(key, hits + 1, since)
        return True

    def _set(self, key: int, hits: int, since: float) -> None:
        self._kept[key] = (hits, since)
        heapq.heappush(self._heap, (hits, since, key))

    @override
    def put(self, key: int, now: float) -> None:
        while len(self._kept) >= ENTRIES:
            hits, since, victim = heapq.heappop(self._heap)
            if self._kept.get(victim) == (hits, since):
                del self._kept[victim]
        self._set(key, 0, now)

    @override
    def drop(self, key: int) -> None:
        self._kept.pop(key, None)


class Lru(Policy):
    """The longest unused goes first."""

    def __init__(self) -> None:
        self._kept: OrderedDict[int, None] = OrderedDict()

    @override
    def get(self, key: int, now: float) -> bool:
        if key in self._kept:
            self._kept.move_to_end(key)
        return key in self._kept

    @override
    def put(self, key: int, now: float) -> None:
        if len(self._kept) >= ENTRIES:
            self._kept.popitem(last=False)
        self._kept[key] = None

    @override
    def drop(self, key: int) -> None:
        self._kept.pop(key, None)


class Theine(Policy):
    """W-TinyLFU as the library theine has it."""

    def __init__(self) -> None:
        self._cache: TheineCache[int, int] = TheineCache(ENTRIES)

    @override
    def get(self, key: int, now: float) -> bool:
        return bool(self._cache.get(key)[1])

    @override
    def put(self, key: int, now: float) -> None:
        self._cache.set(key, 1)

    @override
    def drop(self, key: int) -> None:
        self._cache.delete(key)


Worth = Callable[[int], float]


def share(policy: Policy, requests: Sequence[Request], worth: Worth) -> float:
    """Return what hits were worth, as a share of what all requests were."""
    until: dict[int, float] = {}
    ages: deque[tuple[float, int]] = deque()
    won = asked = 0.0
    for number, request in enumerate(requests):
        _expire(policy, ages, until, request.at)
        hit = policy.get(request.key, request.at)
        if number >= len(requests) * WARM:
            asked += worth(request.key)
            won += worth(request.key) * hit
        if not hit:
            policy.put(request.key, request.at)
            until[request.key] = request.at + TTL
            ages.append((request.at + TTL, request.key))
    return won / asked


def _expire(policy: Policy, ages: deque[tuple[float, int]], until: dict[int, float], now: float) -> None:
    while ages and ages[0][0] <= now:
        end, key = ages.popleft()
        if until.get(key) == end:
            policy.drop(key)
            del until[key]


def clairvoyant(requests: Sequence[Request]) -> float:
    """Return the hit ratio of a cache that knows the future: the next use that is nearest stays, others go or never enter."""
    following, last = [math.inf] * len(requests), dict[int, int]()
    for place in range(len(requests) - 1, -1, -1):
        following[place] = last.get(requests[place].key, math.inf)
        last[requests[place].key] = place
    kept: dict[int, tuple[float, float]] = {}  # key -> stored at, place of the next use
    heap: list[tuple[float, int]] = []
    hits = 0
    for place, request in enumerate(requests):
        stored_at = kept.pop(request.key, (request.at, 0.0))[0]
        hit = stored_at < request.at
        hits += hit and place >= len(requests) * WARM
        following_place = following[place]
        if following_place < math.inf and requests[int(following_place)].at < stored_at + TTL:
            _keep(kept, heap, request.key, (stored_at, following_place))
    return hits / (len(requests) * (1 - WARM))


def _keep(
    kept: dict[int, tuple[float, float]], heap: list[tuple[float, int]], key: int, entry: tuple[float, float]
) -> None:
    """Keep it, and let the one go whose next use is farthest: perhaps this one. An entry without a use within its time
    never enters, so none of them expires here.
    """
    kept[key] = entry
    heapq.heappush(heap, (-entry[1], key))
    while len(kept) > ENTRIES:
        farthest, victim = heapq.heappop(heap)
        if victim in kept and kept[victim][1] == -farthest:
            del kept[victim]
