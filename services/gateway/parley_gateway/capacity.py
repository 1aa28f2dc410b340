"""Which executor takes the next turn: decided here and now from the map that the monitor streamed last.

Pure. A slot that was just given away counts as taken until a map shows it, so that two quick turns do not both
take the last one. Without a fresh map a small cap of our own holds, round robin over the addresses we know.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from parley_gateway.model import CapacityMap, Seat, Tier


@dataclass(frozen=True, slots=True)
class Limits:
    """settle_after: a slot given away is surely in the map by then, s. stale_after: a map whose stream broke holds
    so long, s. local_cap: turns at once per executor while the monitor is silent.
    """

    settle_after: float = 1.5
    stale_after: float = 5.0
    local_cap: int = 4


@dataclass(eq=False, slots=True)
class Slot:
    """A slot given to one turn. link: the trace context of the map that offered it; empty without a map."""

    address: str
    taken_at: float
    link: str = ""
    settled: bool = False


@dataclass(frozen=True, slots=True)
class Wait:
    """No slot now. tier: why; estimate: how long at a guess."""

    tier: Tier
    estimate: timedelta | None = None
    link: str = ""


@dataclass(slots=True)
class Capacity:
    """What this gateway knows of free slots. All times are monotonic seconds."""

    limits: Limits = Limits()
    choice: random.Random = field(default_factory=random.Random)
    fallback: tuple[str, ...] = ()
    _map: CapacityMap | None = None
    _lost_at: float | None = None
    _slots: list[Slot] = field(default_factory=list)
    _turn: int = 0

    def update(self, fresh: CapacityMap) -> None:
        """Take a new map; a seat that shows less free than before settles as many of our oldest slots there."""
        before = {seat.address: seat.free for seat in self._map.seats} if self._map else {}
        for seat in fresh.seats:
            self._settle(seat.address, before.get(seat.address, seat.slots) - seat.free)
        self._map, self._lost_at = fresh, None

    def lost(self, now: float) -> None:
        """Note that the monitor's stream broke; the last map holds for a while."""
        if self._lost_at is None:
            self._lost_at = now

    def take(self, now: float, avoid: Collection[str] = ()) -> Slot | Wait:
        """Give away a slot of the freest executor, or say why there is none. avoid: addresses that just failed."""
        if self.blind(now):
            return self._take_blindly(now, avoid)
        fresh = self._map
        assert fresh is not None, "without a map it is blind"
        free = {seat.address: left for seat in fresh.seats if (left := self._left(seat, now)) > 0}
        chosen = self._freest([seat for seat in fresh.seats if seat.address in free and seat.address not in avoid], now)
        if chosen is None:
            tier = Tier.UNAVAILABLE if fresh.tier is Tier.UNAVAILABLE else Tier.BUSY
            return Wait(tier, fresh.estimate, fresh.traceparent)
        return self._give(chosen.address, now, fresh.traceparent)

    def give_back(self, slot: Slot) -> None:
        """End a slot's use; giving back twice is harmless."""
        if slot in self._slots:
            self._slots.remove(slot)

    def blind(self, now: float) -> bool:
        """Whether there is no map to go by: none came yet, or its stream is gone for too long."""
        if self._map is None:
            return True
        return self._lost_at is not None and now - self._lost_at > self.limits.stale_after

    @property
    def in_use(self) -> int:
        """How many slots are given away."""
        return len(self._slots)

    def free(self, now: float) -> int | None:
        """How many slots may be taken now; None when no map tells."""
        if self._map is None or self.blind(now):
            return None
        return sum(max(0, self._left(seat, now)) for seat in self._map.seats)

    @property
    def estimate(self) -> timedelta | None:
        """How long a turn without a slot waits, as far as the last map knows."""
        return self._map.estimate if self._map else None

    @property
    def tier(self) -> Tier:
        """The last known tier."""
        return self._map.tier if self._map else Tier.NORMAL

    def _settle(self, address: str, fewer: int) -> None:
        ours = [slot for slot in self._slots if slot.address == address and not slot.settled]
        for slot in ours[: max(0, fewer)]:
            slot.settled = True

    def _left(self, seat: Seat, now: float) -> int:
        if seat.draining or seat.stale:
            return 0
        return seat.free - sum(slot.address == seat.address and not self._shown(slot, now) for slot in self._slots)

    def _shown(self, slot: Slot, now: float) -> bool:
        return slot.settled or now - slot.taken_at > self.limits.settle_after

    def _freest(self, seats: Sequence[Seat], now: float) -> Seat | None:
        """Return the seat with the largest free share; among equals by lot, so that gateways do not herd."""
        if not seats:
            return None
        return max(seats, key=lambda seat: (self._left(seat, now) / max(1, seat.slots), self.choice.random()))

    def _take_blindly(self, now: float, avoid: Collection[str]) -> Slot | Wait:
        known = self.addresses
        order = known[self._turn % len(known) :] + known[: self._turn % len(known)] if known else ()
        for address in order:
            if address not in avoid and self._given(address) < self.limits.local_cap:
                self._turn += 1
                return self._give(address, now)
        return Wait(Tier.BUSY if known else Tier.UNAVAILABLE)

    @property
    def addresses(self) -> tuple[str, ...]:
        """Return the executors that we know of."""
        mapped = tuple(seat.address for seat in self._map.seats if not seat.draining) if self._map else ()
        return tuple(dict.fromkeys(self.fallback + mapped))

    def _given(self, address: str) -> int:
        return sum(slot.address == address for slot in self._slots)

    def _give(self, address: str, now: float, link: str = "") -> Slot:
        slot = Slot(address, now, link)
        self._slots.append(slot)
        return slot
