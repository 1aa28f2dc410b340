"""The whole system in one: loopback Discord, loopback Claude, span receiver and page here, the services as children.

`parley-sandbox up` runs it, and the end-to-end tests enter it: `async with Stack(SandboxSettings(port=0)) as stack`.
"""

import asyncio
import contextlib
import socket
import tempfile
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from parley_sandbox.anthropic import LoopbackClaude
from parley_sandbox.children import Child, ChildDiedError, ChildSpec, Sink
from parley_sandbox.discord import GatewaySettings, LoopbackDiscord, default_world
from parley_sandbox.otlp import TraceStore, serve_otlp
from parley_sandbox.plan import Place, Sources, places, services
from parley_sandbox.ports import free_ports, listening_socket, port_of
from parley_sandbox.redis import local_redis, url_of
from parley_sandbox.settings import LOCAL, SandboxSettings
from parley_sandbox.starters import Starter, executed
from parley_sandbox.web.server import Capacity, Sandbox, serve_page

_OWN: Final = "sandbox"
_TRACES: Final = 1_000
"""Each change of the fleet is a trace too; a turn's should outlive a few hundred of those."""


class Stack:
    """Entered, everything runs and is ready; left, everything has ended, the children's children too.

    `children` maps monitor, cache, executor, gateway (executor-1, executor-2, … when there are several), and redis
    where it is the sandbox's own, to their processes. Without `specs` these are Parley's services. `environment` is
    what a developer set: only names of the form PARLEY_<SERVICE>_* are taken from it, each for that service alone.
    """

    def __init__(
        self,
        settings: SandboxSettings,
        *,
        environment: Mapping[str, str] | None = None,
        sink: Sink | None = None,
        specs: tuple[ChildSpec, ...] | None = None,
        starter: Starter = executed,
    ) -> None:
        self.settings = settings
        gateway = GatewaySettings(identify_window=settings.identify_window)
        self.discord = LoopbackDiscord(default_world(settings.guests), gateway=gateway)
        self.claude = LoopbackClaude()
        self.traces = TraceStore(limit=_TRACES)
        self.children: dict[str, Child] = {}
        self.url = ""
        self._environment = environment or {}
        self._sink = sink or _silent
        self._specs = specs
        self._starter = starter
        self._exit = contextlib.AsyncExitStack()
        self._deaths: asyncio.Queue[ChildDiedError] = asyncio.Queue()

    async def __aenter__(self) -> Self:
        try:
            await self._start()
        except BaseException:
            await self._exit.aclose()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Not told of the error: the task group would wrap it, and a failed test would read as a group of one.
        del kind, error, trace
        await self._exit.aclose()

    async def death(self) -> ChildDiedError:
        """Wait until a child ends that nobody had asked to end."""
        return await self._deaths.get()

    def say(self, line: str) -> None:
        """A line of the sandbox's own beside those of the children."""
        self._sink(_OWN, line)

    def kill(self) -> None:
        """End every child this moment, without asking."""
        for child in self.children.values():
            child.sweep()

    async def _start(self) -> None:
        tasks = await self._exit.enter_async_context(asyncio.TaskGroup())
        bound = self._exit.enter_context(listening_socket(self.settings.host, self.settings.port))
        redis, redis_url = self._redis()
        sources = await self._loopbacks(redis_url)
        instances = places(self.settings)
        self._say_taken(instances)
        await self._page(bound, instances)
        specs = self._specs
        if specs is None:
            specs = (*redis, *services(self.settings, sources, instances, self._environment))
        # Ended before what they talk to: their last edits and spans still arrive.
        self._exit.push_async_callback(self._end_children)
        for spec in specs:
            self.children[spec.name] = Child(spec, tasks, self._sink, self._deaths.put_nowait, self._starter)
        await self._start_children()

    def _redis(self) -> tuple[tuple[ChildSpec, ...], str | None]:
        """The child that is the caches' Redis, if it is ours, and its URL, if there is any."""
        wanted = self.settings.redis.get_secret_value()
        if wanted != LOCAL:
            return (), wanted or None
        folder = self._exit.enter_context(tempfile.TemporaryDirectory(prefix="parley-redis-"))
        port = self._port("redis", 0)
        return (local_redis(self.settings.host, port, Path(folder)),), url_of(self.settings.host, port)

    async def _loopbacks(self, redis_url: str | None) -> Sources:
        settings, enter = self.settings, self._exit.enter_async_context
        token, key = settings.discord_token, settings.anthropic_api_key
        spans = await enter(
            serve_otlp(
                self.traces,
                settings.host,
                port=self._port("otlp", settings.otlp_port),
                forward=settings.otlp_forward or None,
            )
        )
        rest_url = claude_url = None
        if token is None:
            port = self._port("loopback Discord", settings.discord_port)
            rest_url = (
                await enter(self.discord.serve(host=settings.host, port=port, advertise=settings.advertise))
            ).rest_url
        if key is None:
            port = self._port("loopback Claude", settings.claude_port)
            claude_url = (await enter(self.claude.serve(host=settings.host, port=port))).base_url
        return Sources(
            discord_token=self.discord.token if token is None else token.get_secret_value(),
            discord_rest_url=rest_url,
            claude_key="loopback" if key is None else key.get_secret_value(),
            claude_url=claude_url,
            otlp_endpoint=spans.endpoint,
            redis_url=redis_url,
        )

    async def _page(self, bound: socket.socket, instances: tuple[Place, ...]) -> None:
        if self.settings.port not in {0, port_of(bound)}:
            self.say(f"port {self.settings.port} is taken; the page is on {port_of(bound)}")
        sandbox = Sandbox(
            discord=self.discord,
            claude=self.claude,
            traces=self.traces,
            gateways=tuple(place.grpc for place in instances if place.service == "gateway"),
            monitor=next(place.grpc for place in instances if place.service == "monitor"),
            discord_is_real=self.settings.discord_token is not None,
            claude_is_real=self.settings.anthropic_api_key is not None,
            capacity=Capacity({place.grpc: place.name for place in instances}),
        )
        self.url = await self._exit.enter_async_context(serve_page(sandbox, bound))

    async def _start_children(self) -> None:
        await self._start_together(child for child in self.children.values() if child.spec.ready_line)
        await self._start_together(child for child in self.children.values() if not child.spec.ready_line)

    async def _start_together(self, children: Iterable[Child]) -> None:
        try:
            async with asyncio.TaskGroup() as starting:
                for child in children:
                    starting.create_task(self._start_child(child))
        except BaseExceptionGroup as failures:
            died, _ = failures.split(ChildDiedError)
            if died is None:
                raise
            raise died.exceptions[0] from None

    async def _start_child(self, child: Child) -> None:
        begun = time.monotonic()
        await child.start()
        await child.ready(self.settings.ready_within)
        if child.address:
            self.say(f"{child.name} is ready on {child.address} after {time.monotonic() - begun:.1f} s")

    async def _end_children(self) -> None:
        """Ask all to end at once, so that the slowest, not the sum of them, decides; what was started first ends last."""
        running = [child for child in self.children.values() if child.running]
        for first in (False, True):
            async with asyncio.timeout(self.settings.grace + 5), asyncio.TaskGroup() as ending:
                for child in running:
                    if bool(child.spec.ready_line) is first:
                        ending.create_task(child.terminate(self.settings.grace))

    def _port(self, what: str, wanted: int) -> int:
        (found,) = free_ports(self.settings.host, (wanted,))
        if wanted not in {0, found}:
            self.say(f"port {wanted} is taken; the {what} is on {found}")
        return found

    def _say_taken(self, instances: tuple[Place, ...]) -> None:
        wanted = {name: getattr(self.settings, f"{name}_port") for name in ("gateway", "cache", "executor", "monitor")}
        for place in instances:
            port = wanted[place.service]
            first = place.name in {place.service, f"{place.service}-1"}
            if first and port and not place.grpc.endswith(f":{port}"):
                self.say(f"port {port} is taken; {place.name} is on {place.grpc}")


def _silent(name: str, line: str) -> None:
    """Takes what nobody reads; a child keeps its last lines itself."""
    del name, line
