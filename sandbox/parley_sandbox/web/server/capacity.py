"""What the monitor says about tier and slots."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from parley.monitor.v1 import monitor_pb2, monitor_pb2_grpc
from parley_sandbox.web.server.watch import follow

NAMELESS: Final[Mapping[str, str]] = MappingProxyType({})


class Capacity:
    """The newest capacity map; None while the monitor is away."""

    def __init__(self, names: Mapping[str, str] = NAMELESS) -> None:
        """`names`: what an executor at host:port is called by whoever started it."""
        self._names = names
        self.now: dict[str, Any] | None = None
        self._tell: Callable[[dict[str, Any] | None], None] = _nobody

    def told_to(self, tell: Callable[[dict[str, Any] | None], None]) -> None:
        """Call `tell` at each change."""
        self._tell = tell

    def take(self, capacity: dict[str, Any] | None) -> None:
        """Keep it, and tell if it differs."""
        if capacity != self.now:
            self.now = capacity
            self._tell(capacity)

    async def watch(self, monitor: str) -> None:
        """Follow the monitor at host:port, for ever."""
        request = monitor_pb2.WatchCapacityRequest(watcher="sandbox")
        await follow(
            monitor,
            lambda channel: monitor_pb2_grpc.MonitorServiceStub(channel).WatchCapacity(request),
            lambda response: self.take(as_json(response.capacity, self._names)),
            lambda: self.take(None),
        )


def as_json(capacity: monitor_pb2.CapacityMap, names: Mapping[str, str] = NAMELESS) -> dict[str, Any]:
    """The map for the page; the estimate in seconds, null where unknown."""
    estimate = capacity.estimate.ToNanoseconds() / 1e9 if capacity.HasField("estimate") else None
    return {
        "tier": monitor_pb2.Tier.Name(capacity.tier).removeprefix("TIER_").lower(),
        "estimate_seconds": estimate,
        "executors": [_executor(executor, names) for executor in capacity.executors],
        "gateways": [{"instance": each.instance, "draining": each.draining} for each in capacity.gateways],
    }


def _executor(executor: monitor_pb2.Executor, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "name": names.get(executor.address, executor.instance),
        "instance": executor.instance,
        "address": executor.address,
        "version": executor.version,
        "slots": executor.slots,
        "free": executor.free,
        "draining": executor.draining,
        "stale": executor.stale,
    }


def _nobody(capacity: dict[str, Any] | None) -> None:
    """Before the page listens."""
    del capacity
