"""Finding peers and keeping connections to them.

grpc's C core looks a name up again only when a connection breaks, so that a new pod would get no traffic for
minutes (measured: never within 45 s); here a name is looked up every 2 s and each address has its own channel.
"""

from __future__ import annotations

import asyncio
import ipaddress
import random
import socket
import time
from collections.abc import Awaitable, Callable, Sequence

import grpc
import structlog
from opentelemetry import trace

from parley_kit.clock import Clock
from parley_kit.faults import Fault
from parley_kit.interceptors.client import InstrumentedChannel
from parley_kit.metrics import Metrics
from parley_kit.settings import split_address, split_targets

RESOLVE_SECONDS = 2.0
IDLE_SECONDS = 300.0
FIRST_BACKOFF, LAST_BACKOFF = 0.1, 2.0
MAX_MESSAGE = 33 * 1024 * 1024
"""A request to Claude may have 32 MiB (contract.md); the rest is its frame."""

KEEPALIVE: list[tuple[str, int]] = [
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.keepalive_permit_without_calls", 0),
]
SIZES: list[tuple[str, int]] = [
    ("grpc.max_receive_message_length", MAX_MESSAGE),
    ("grpc.max_send_message_length", MAX_MESSAGE),
]
# A lost peer is tried again within 2 s: its turn waits for nobody's back-off of two minutes.
RECONNECT: list[tuple[str, int]] = [
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 2_000),
]

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
_log = structlog.stdlib.get_logger("parley_kit.channel")


class Channels:
    """One channel an address; idle ones are closed and connect again when they are used."""

    def __init__(self, tracer: trace.Tracer, metrics: Metrics, *, idle: float = IDLE_SECONDS) -> None:
        self._tracer = tracer
        self._metrics = metrics
        self._idle = idle
        self._channels: dict[str, InstrumentedChannel] = {}

    def channel(self, address: str) -> grpc.aio.Channel:
        """Return the channel to host:port."""
        if address not in self._channels:
            self._channels[address] = InstrumentedChannel(
                address, lambda: _connect(address), self._tracer, self._metrics
            )
        return self._channels[address]

    async def run(self) -> None:
        """Close idle connections until cancelled."""
        while True:
            await asyncio.sleep(self._idle / 10)
            await self.close_idle()

    async def close_idle(self) -> None:
        """Close connections that no call has used for the idle time."""
        stale = time.monotonic() - self._idle
        for channel in list(self._channels.values()):
            if channel.in_flight == 0 and channel.used_at <= stale:
                await channel.close()

    async def close(self) -> None:
        """Close them all; their calls are cancelled."""
        for channel in list(self._channels.values()):
            await channel.close()
        self._channels.clear()


def _connect(address: str) -> grpc.aio.Channel:
    return grpc.aio.insecure_channel(address, options=[*KEEPALIVE, *SIZES, *RECONNECT])


async def resolve(host: str, port: int) -> Sequence[str]:
    """Return the addresses behind a name; those of before stay when the name service does not answer."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [
        f"[{place[0]}]:{port}" if family == socket.AF_INET6 else f"{place[0]}:{port}" for family, *_, place in found
    ]


class Endpoints:
    """The addresses behind the host:port targets of one kind of peer, kept current. targets: separated by commas."""

    def __init__(
        self, targets: str, clock: Clock, *, every: float = RESOLVE_SECONDS, resolve: Resolve = resolve
    ) -> None:
        self._clock = clock
        self._every = every
        self._resolve = resolve
        self._changed = asyncio.Event()
        self._found: dict[str, tuple[str, ...]] = {
            target: (target,) if _literal(target) else () for target in split_targets(targets)
        }
        self.addresses: tuple[str, ...] = self._together()

    async def run(self) -> None:
        """Look each name up again and again, until cancelled; an address needs no looking up."""
        async with asyncio.TaskGroup() as looking:
            for target in self._found:
                if not _literal(target):
                    looking.create_task(self._follow(target))
            await asyncio.Event().wait()

    async def changed(self) -> None:
        """Wait until the addresses change."""
        await self._changed.wait()

    async def _follow(self, name: str) -> None:
        while True:
            await self._look(name)
            await self._clock.sleep(self._every)

    async def _look(self, name: str) -> None:
        """Look a name up once, within the interval."""
        try:
            async with asyncio.timeout(max(self._every, 1.0)):
                found = await self._resolve(*split_address(name))
        except (OSError, TimeoutError):
            return  # an outage of the name service is no change of the fleet
        self._found[name] = tuple(sorted(set(found)))
        if (together := self._together()) != self.addresses:
            self.addresses = together
            self._changed.set()
            self._changed = asyncio.Event()

    def _together(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(address for found in self._found.values() for address in found))


def _literal(target: str) -> bool:
    host, _ = split_address(target)
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


async def attach(
    endpoints: Endpoints, body: Callable[[str], Awaitable[None]], *, clock: Clock, what: str = "peer"
) -> None:
    """Keep `body(address)` running for every address behind the targets, until cancelled.

    When it ends or its call fails, it is begun again after a jittered back-off of 0.1 to 2 s, which a run of
    longer than that resets.
    """
    running: dict[str, asyncio.Task[None]] = {}
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(endpoints.run())
        while True:
            for address in set(endpoints.addresses) - running.keys():
                running[address] = tasks.create_task(_keep(address, body, clock, what))
            for address in running.keys() - set(endpoints.addresses):
                running.pop(address).cancel()
            await endpoints.changed()


async def _keep(address: str, body: Callable[[str], Awaitable[None]], clock: Clock, what: str) -> None:
    backoff = FIRST_BACKOFF
    reachable = True
    while True:
        started = clock.monotonic()
        try:
            await body(address)
        except (grpc.aio.AioRpcError, Fault) as error:
            if reachable:
                _log.info("peer.lost", peer=what, address=address, reason=_reason(error))
        lasted = clock.monotonic() - started
        reachable = lasted > LAST_BACKOFF
        backoff = FIRST_BACKOFF if reachable else min(backoff * 2, LAST_BACKOFF)
        await clock.sleep(backoff * random.uniform(0.5, 1.0))  # noqa: S311 — jitter, no secret


def _reason(error: grpc.aio.AioRpcError | Fault) -> str:
    return error.code().name if isinstance(error, grpc.aio.AioRpcError) else error.reason
