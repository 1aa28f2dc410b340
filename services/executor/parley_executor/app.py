"""The composition root: what the executor is made of."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from urllib.parse import urlsplit
from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]  # missing in its stubs only

import grpc

from parley.executor.v1 import executor_pb2, executor_pb2_grpc
from parley_executor import pricing
from parley_executor.cli import made, processes
from parley_executor.engines.claude_cli import engine as claude_cli
from parley_executor.engines.messages_api import Access, MessagesApi
from parley_executor.engines.port import Engine, EngineError
from parley_executor.engines.retried import Retried, RetryPolicy
from parley_executor.generation import Generation, Limits
from parley_executor.load import load_reports
from parley_executor.model import Effort
from parley_executor.offers import split_aliases
from parley_executor.pricing import Prices
from parley_executor.reasons import Reason
from parley_executor.service import ExecutorServicer
from parley_executor.settings import ExecutorSettings
from parley_executor.sizing import COSTS, size
from parley_executor.slots import Slots
from parley_executor.telemetry import Telemetry
from parley_executor.upstream.breaker import BreakerPolicy
from parley_executor.upstream.guarded import Guarded
from parley_executor.upstream.standing import Standing
from parley_executor.upstream.telemetry import UpstreamTelemetry
from parley_executor.wire import Defaults
from parley_kit.lifecycle import Runtime, Service
from parley_kit.machine import machine

GRPC_SERVICES: tuple[str, ...] = (executor_pb2.DESCRIPTOR.services_by_name["ExecutorService"].full_name,)

SPARE_CONNECTIONS = 4
"""Beyond a connection a slot: the warm one, and those whose last bytes are being read."""

BUFFER = 64 * 1024
"""How many characters of a reply wait for a slow reader; behind it Claude's stream is held back."""

FIRST_WAIT, LAST_WAIT = 0.2, 5.0
"""Between two tries to reach Claude's API at the start, in seconds."""

CLOSE_GRACE = 1.0
"""What open streams get when the server has already stopped, in seconds."""


class Executor:
    """The executor as the kit runs it."""

    grpc_services: Sequence[str] = GRPC_SERVICES

    def __init__(self, runtime: Runtime[ExecutorSettings]) -> None:
        settings = runtime.settings
        self._runtime = runtime
        self.grace = settings.grace
        self._machine = machine()
        wished = settings.slots
        if settings.engine == claude_cli.NAME:
            wished = min(wished, processes(settings, self._machine))  # more would only wait once more, for a process
        self._sizing = size(wished, COSTS[settings.engine], self._machine.cores, self._machine.memory_bytes)
        self.slots = Slots(self._sizing.slots, settings.queue, settings.slot_wait)
        watch = UpstreamTelemetry(runtime.metrics, runtime.log, self.slots.changes.notify)
        standing = Standing(runtime.clock, watch, random.random, BreakerPolicy())
        watch.show(standing)
        engine = self._chosen(standing)
        observer = Telemetry(runtime.tracer, runtime.metrics, runtime.log, engine.name, self.slots)
        retried = Retried(engine, RetryPolicy(settings.retries), runtime.clock, observer.retrying)
        self._engine: Engine = Guarded(retried, standing)
        self._prices = _prices(settings)
        self._servicer = ExecutorServicer(
            Generation(
                self._engine,
                self.slots,
                _limits(settings),
                observer,
                prices=self._prices,
                check=standing.check,
            ),
            self._engine.models,
            _defaults(settings),
        )
        self._reports = load_reports(runtime, self.slots, standing, self._engine.health)

    @property
    def waits_for(self) -> str:
        """Claude's API, without what its URL may hold of credentials, or the claude program, and the monitor."""
        settings = self._runtime.settings
        claude = f"Claude's API at {urlsplit(settings.anthropic_base_url).hostname}"
        if settings.engine == claude_cli.NAME:
            claude = "the claude program"
        return claude if settings.monitor is None else f"{claude} and the monitor at {settings.monitor}"

    def register(self, server: grpc.aio.Server) -> None:
        executor_pb2_grpc.add_ExecutorServiceServicer_to_server(self._servicer, server)

    async def run(self) -> None:
        self._report_slots()
        self._report_prices()
        async with asyncio.TaskGroup() as tasks:
            if self._runtime.settings.monitor is not None:
                tasks.create_task(self._reports.run(self._runtime.settings.monitor), name="load reports")
            await self._start_engine()
            self._runtime.health.ready()
            self.slots.changes.notify()

    def drain(self) -> None:
        self.slots.drain(self._runtime.settings.drain_announce)

    async def finish(self) -> None:
        await self.slots.idle()
        await self._reports.end()

    async def close(self) -> None:
        await self._engine.close(CLOSE_GRACE)

    def _chosen(self, standing: Standing) -> Engine:
        """Return the engine that the setting names."""
        settings, runtime = self._runtime.settings, self._runtime
        if settings.engine == claude_cli.NAME:
            return made(settings, self._machine, runtime.metrics, runtime.log, proxy_of(settings))
        return MessagesApi(_access(settings, self._sizing.slots), runtime.clock, standing.note)

    async def _start_engine(self) -> None:
        """Try until Claude's API answers, or a claude process is ready; a refused credential is said and then told to each turn."""
        wait = FIRST_WAIT
        while True:
            try:
                await self._engine.start()
            except EngineError as error:
                self._report_start(error)
            if self._engine.health():
                return
            await self._runtime.clock.sleep(wait)
            wait = min(wait * 2, LAST_WAIT)

    def _report_slots(self) -> None:
        """Say how many slots there are and what decides it."""
        self._runtime.log.info(
            "slots",
            slots=self._sizing.slots,
            bound_by=self._sizing.bound,
            setting=self._runtime.settings.slots,
            cores=self._machine.cores,
            memory_bytes=self._machine.memory_bytes,
        )

    def _report_prices(self) -> None:
        """Say how old the table of prices is."""
        self._runtime.log.info("prices", read=str(self._prices.read), models=len(self._prices.models))

    def _report_start(self, error: EngineError) -> None:
        if error.reason is Reason.UPSTREAM_AUTH:
            detail = "Claude's API refuses ANTHROPIC_API_KEY; set it to a valid key."
        elif error.reason is Reason.START_FAILED:
            detail = f"{error.__cause__} It is tried again."
        else:
            detail = "Claude's API cannot be reached at ANTHROPIC_BASE_URL; it is tried again."
        self._runtime.log.error("engine.not_ready", reason=error.reason.value, detail=detail)


def _prices(settings: ExecutorSettings) -> Prices:
    prices = pricing.built_in()
    return prices if settings.prices is None else prices.overridden(pricing.load(settings.prices))


def _access(settings: ExecutorSettings, slots: int) -> Access:
    return Access(
        base_url=settings.anthropic_base_url,
        api_key=settings.anthropic_api_key.get_secret_value(),
        connections=slots + SPARE_CONNECTIONS,
        headers_limit=settings.headers_timeout,
        proxy=proxy_of(settings),
    )


def _defaults(settings: ExecutorSettings) -> Defaults:
    return Defaults(
        model=settings.model,
        max_output_tokens=settings.max_output_tokens,
        effort=Effort[settings.effort.upper()],
        aliases=split_aliases(settings.model_aliases),
    )


def proxy_of(settings: ExecutorSettings) -> str | None:
    """Return the proxy that stands before Claude's API; none for http, nor for a host that NO_PROXY names."""
    url = urlsplit(settings.anthropic_base_url)
    if settings.proxy is None or url.scheme != "https":
        return None
    exempt = proxy_bypass_environment(url.netloc.rpartition("@")[2], {"no": settings.no_proxy})
    return None if exempt else settings.proxy.get_secret_value()


def _limits(settings: ExecutorSettings) -> Limits:
    return Limits(
        first_text=settings.first_text_timeout,
        gap=settings.gap_timeout,
        whole=settings.reply_timeout,
        join=settings.join,
        buffer=BUFFER,
    )


def build(runtime: Runtime[ExecutorSettings]) -> Service:
    """Make the executor."""
    return Executor(runtime)
