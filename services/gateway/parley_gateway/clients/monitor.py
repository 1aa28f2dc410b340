"""The monitor over gRPC: the capacity map comes down, kept fresh; our load goes up (`load`)."""

from __future__ import annotations

from collections.abc import Callable

from parley.monitor.v1 import monitor_pb2 as pb
from parley.monitor.v1.monitor_pb2_grpc import MonitorServiceStub
from parley_gateway.model import CapacityMap, Seat, Tier
from parley_kit.channel import Channels, Endpoints, attach
from parley_kit.clock import Clock

TIERS = {
    pb.TIER_NORMAL: Tier.NORMAL,
    pb.TIER_BUSY: Tier.BUSY,
    pb.TIER_UNAVAILABLE: Tier.UNAVAILABLE,
}


class MonitorClient:
    """Watches the monitors behind one name; all of them tell the same map."""

    def __init__(self, channels: Channels, endpoints: Endpoints, watcher: str, clock: Clock) -> None:
        self._channels, self._endpoints = channels, endpoints
        self._watcher, self._clock = watcher, clock
        self._telling: set[str] = set()

    @property
    def reachable(self) -> bool:
        """Whether a monitor tells us what is free."""
        return bool(self._telling)

    async def watch(self, fresh: Callable[[CapacityMap], None], lost: Callable[[], None]) -> None:
        """Pass on each map, until cancelled; `lost` is called when no monitor tells any more."""

        async def body(address: str) -> None:
            stub = MonitorServiceStub(self._channels.channel(address))
            call = stub.WatchCapacity(pb.WatchCapacityRequest(watcher=self._watcher))
            try:
                async for response in call:
                    self._telling.add(address)
                    fresh(map_of(response.capacity))
            finally:
                call.cancel()
                self._telling.discard(address)
                if not self.reachable:
                    lost()

        await attach(self._endpoints, body, clock=self._clock, what="monitor")


def map_of(capacity: pb.CapacityMap) -> CapacityMap:
    """Return the map; a tier of a newer monitor counts as busy, since it is none that we know to be normal."""
    return CapacityMap(
        tier=TIERS.get(capacity.tier, Tier.BUSY),
        seats=tuple(
            Seat(one.instance, one.address, one.slots, one.free, draining=one.draining, stale=one.stale)
            for one in capacity.executors
            if one.address
        ),
        traceparent=capacity.traceparent,
        gateways=tuple(one.instance for one in capacity.gateways if not one.draining),
        estimate=capacity.estimate.ToTimedelta() if capacity.HasField("estimate") else None,
    )
