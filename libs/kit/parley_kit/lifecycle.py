"""The life of a service: one loop, one process; start, health, drain at SIGTERM, stop.

Drain (contract.md, "For all"): health NOT_SERVING and the draining flag at once, new work taken for 2 s more
while others learn of it, then open calls finish within the grace.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.metadata
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

import grpc
import structlog
from grpc_reflection.v1alpha import reflection
from opentelemetry.sdk.trace.export import SpanExporter
from opentelemetry.trace import Tracer

from parley_kit import collector, logs
from parley_kit.channel import KEEPALIVE, SIZES, Channels
from parley_kit.clock import Clock, SystemClock
from parley_kit.faults import Fault, Precondition
from parley_kit.health import Health
from parley_kit.interceptors import ServerInstrumentation
from parley_kit.metrics import Metrics, MetricsPage
from parley_kit.ports import bind
from parley_kit.settings import ServiceSettings, load
from parley_kit.telemetry import Telemetry

S = TypeVar("S", bound=ServiceSettings)
LAG_INTERVAL = 0.1
CLOSE_SECONDS = 5.0
USAGE_EXIT = 2
PING_INTERVAL = "grpc.http2.min_ping_interval_without_data_ms"
# A client pings every 30 s; a server that allows fewer answers with ENHANCE_YOUR_CALM.
SERVER_OPTIONS: list[tuple[str, int]] = [
    ("grpc.so_reuseport", 0),  # a taken port is a mistake to be told, not to be shared
    (PING_INTERVAL, 10_000),
    ("grpc.keepalive_permit_without_calls", 1),
    *(option for option in KEEPALIVE if option[0] != "grpc.keepalive_permit_without_calls"),
    *SIZES,
]


class Service(Protocol):
    """What a composition root builds."""

    @property
    def grpc_services(self) -> Sequence[str]:
        """Full names of what it serves, for health and reflection."""
        ...

    @property
    def grace(self) -> float:
        """How long open calls and own work may go on after the announcement, in seconds."""
        ...

    @property
    def waits_for(self) -> str:
        """What it waits for, in a phrase for the start line; "nothing" when it is complete by itself."""
        ...

    def register(self, server: grpc.aio.Server) -> None:
        """Add its servicers."""
        ...

    async def run(self) -> None:
        """Work in the background until cancelled; it says by `runtime.health.ready()` when it takes work.

        An exception ends the service with exit code 1.
        """
        ...

    def drain(self) -> None:
        """Learn that SIGTERM came: flag it in reports, end long watches."""
        ...

    async def finish(self) -> None:
        """Return when own work, beside open calls, is done; cancelled when the grace is over."""
        ...

    async def close(self) -> None:
        """Release what is left, after the server stopped and `run` was cancelled."""
        ...


@dataclass(frozen=True, slots=True)
class Runtime(Generic[S]):
    """What a composition root is given."""

    settings: S
    address: str
    clock: Clock
    channels: Channels
    health: Health
    tracer: Tracer
    metrics: Metrics
    log: structlog.stdlib.BoundLogger
    version: str


@dataclass(frozen=True, slots=True)
class Bound(Generic[S]):
    """A service that listens."""

    address: str
    metrics_address: str | None
    runtime: Runtime[S]
    service: Service


Build = Callable[[Runtime[S]], Service]


def main(settings: type[S], program: str, build: Build[S]) -> int:
    """Load the settings, serve until SIGTERM or SIGINT; return the exit code."""
    loaded = load(settings, program)
    log = logs.configure(
        program.removeprefix("parley-"), loaded.instance, level=loaded.log_level, console=loaded.log_format == "console"
    )
    try:
        return asyncio.run(_until_signal(loaded, program, build))
    except Precondition as fault:
        print(f"{program}: {fault.message}", file=sys.stderr)  # noqa: T201 — the one sentence for the operator
        return USAGE_EXIT
    except BaseExceptionGroup as group:
        return _report(log, group)


def _report(log: structlog.stdlib.BoundLogger, group: BaseExceptionGroup[BaseException]) -> int:
    """Name what ended the service; setup faults found late keep their exit code."""
    for error in _leaves(group):
        if isinstance(error, Fault):
            log.error("service.failed", reason=error.reason, detail=error.message)
        else:
            log.error("service.failed", exc_info=error)
    return USAGE_EXIT if all(isinstance(error, Precondition) for error in _leaves(group)) else 1


def _leaves(group: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    return [
        leaf
        for error in group.exceptions
        for leaf in (_leaves(error) if isinstance(error, BaseExceptionGroup) else [error])
    ]


async def _until_signal(settings: S, program: str, build: Build[S]) -> int:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    loop.set_exception_handler(logs.loop_failed)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with serving(settings, program, build, stop=stop):
        collector.settle()
        await stop.wait()
    return 0


@contextlib.asynccontextmanager
async def serving(
    settings: S,
    program: str,
    build: Build[S],
    *,
    stop: asyncio.Event | None = None,
    exporter: SpanExporter | None = None,
    clock: Clock | None = None,
) -> AsyncIterator[Bound[S]]:
    """Run a service around a block and drain it at its end; `program` is the distribution, such as parley-cache.

    `stop` is set when the service failed by itself, so that the block can end. Raises Precondition when a port
    is taken, or what `Service.run` raised.
    """
    stop = stop or asyncio.Event()
    version = importlib.metadata.version(program)
    telemetry = Telemetry(program.removeprefix("parley-"), version, settings, exporter)
    channels = Channels(telemetry.tracer, telemetry.metrics)
    health = Health()
    server = grpc.aio.server(
        interceptors=[ServerInstrumentation(telemetry.tracer, telemetry.metrics)], options=SERVER_OPTIONS
    )
    try:
        with MetricsPage(telemetry.metrics.registry, settings.metrics_listen) as page:
            runtime = Runtime(
                settings=settings,
                address=bind(server, settings),
                clock=clock or SystemClock(),
                channels=channels,
                health=health,
                tracer=telemetry.tracer,
                metrics=telemetry.metrics,
                log=structlog.stdlib.get_logger(program),
                version=version,
            )
            service = build(runtime)
            bound = Bound(runtime.address, page.address, runtime, service)
            async with _started(bound, server, stop):
                yield bound
    finally:
        await _closed(server, channels, telemetry)


@contextlib.asynccontextmanager
async def _started(bound: Bound[S], server: grpc.aio.Server, stop: asyncio.Event) -> AsyncIterator[None]:
    runtime, service = bound.runtime, bound.service
    service.register(server)
    runtime.health.register(server, service.grpc_services)
    if runtime.settings.reflection:
        reflection.enable_server_reflection([*service.grpc_services, reflection.SERVICE_NAME], server)
    await server.start()
    try:
        async with asyncio.TaskGroup() as tasks:
            background = [tasks.create_task(work, name=name) for name, work in _background(bound, stop)]
            runtime.log.info("service.started", serves=bound.address, waits_for=service.waits_for)
            try:
                yield
            finally:
                await _drained(bound, server)
                for task in background:
                    task.cancel()
    finally:
        await _close(service)
        runtime.log.info("service.stopped")


def _background(bound: Bound[S], stop: asyncio.Event) -> list[tuple[str, Coroutine[Any, Any, None]]]:
    runtime = bound.runtime
    return [
        ("health", runtime.health.run()),
        ("loop lag", _measure_lag(runtime.metrics)),
        ("channels", runtime.channels.run()),
        ("service", _run(bound.service, stop)),
    ]


async def _drained(bound: Bound[S], server: grpc.aio.Server) -> None:
    """Drain, shielded: a second signal or a failing test must not cut it short of its own bounds."""
    ending = asyncio.ensure_future(_drain(bound, server))
    try:
        await asyncio.shield(ending)
    finally:
        await ending


async def _run(service: Service, stop: asyncio.Event) -> None:
    try:
        await service.run()
    except BaseException:
        stop.set()
        raise


async def _drain(bound: Bound[S], server: grpc.aio.Server) -> None:
    runtime, service = bound.runtime, bound.service
    runtime.log.info("service.draining", grace=service.grace)
    runtime.health.drain()
    service.drain()
    await asyncio.sleep(runtime.settings.drain_announce)
    finishing = asyncio.ensure_future(_finish(service))
    await server.stop(service.grace)
    await finishing


async def _finish(service: Service) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(service.grace):
            await service.finish()


async def _close(service: Service) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(CLOSE_SECONDS):
            await service.close()


async def _closed(server: grpc.aio.Server, channels: Channels, telemetry: Telemetry) -> None:
    await server.stop(0)
    await channels.close()
    await telemetry.close()


async def _measure_lag(metrics: Metrics) -> None:
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + LAG_INTERVAL
        await asyncio.sleep(LAG_INTERVAL)
        metrics.loop_lag.observe(max(0.0, loop.time() - due))
