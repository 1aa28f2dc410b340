"""A real gateway between a loopback Discord and the three other services, all in the test's own loop."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from support import executors, monitor
from support.loopback import Cast
from support.services import Running, channel_to, running

from parley.cache.v1 import usage_pb2, usage_pb2_grpc
from parley_cache.app import build as build_cache
from parley_cache.settings import CacheSettings
from parley_gateway.app import Gateway
from parley_gateway.app import build as build_gateway
from parley_gateway.settings import GatewaySettings
from parley_monitor.app import build as build_monitor
from parley_monitor.settings import MonitorSettings
from parley_sandbox.anthropic import LoopbackClaude, Pace
from parley_sandbox.discord import Address, LoopbackDiscord, queries

PATIENCE = 45.0
NOWHERE = "127.0.0.1:9"
"""Nothing listens there."""
Service = Running[Any]


@dataclass
class World:
    """Everything that runs, and the words that tests need. Services may be ended and started by their stacks."""

    discord: LoopbackDiscord
    discord_address: Address
    claude: LoopbackClaude
    claude_url: str
    cast: Cast
    services: contextlib.AsyncExitStack
    monitor: Running[MonitorSettings] | None = None
    cache: Running[CacheSettings] | None = None
    monitor_stack: contextlib.AsyncExitStack = field(default_factory=contextlib.AsyncExitStack)
    cache_stack: contextlib.AsyncExitStack = field(default_factory=contextlib.AsyncExitStack)
    executors: list[Service] = field(default_factory=list)
    executor_stacks: list[contextlib.AsyncExitStack] = field(default_factory=list)
    gateways: list[Running[GatewaySettings]] = field(default_factory=list)
    gateway_stacks: list[contextlib.AsyncExitStack] = field(default_factory=list)

    # --- services

    async def start_monitor(self, **more: Any) -> None:
        self.monitor_stack = await self._stack()
        self.monitor = await self.monitor_stack.enter_async_context(
            running(monitor.settings(**more), "parley-monitor", build_monitor)
        )

    async def start_cache(self, **more: Any) -> None:
        values: dict[str, Any] = {"listen": "127.0.0.1:0", "metrics_listen": None, "drain_announce": 0, "grace": 0}
        self.cache_stack = await self._stack()
        self.cache = await self.cache_stack.enter_async_context(
            running(CacheSettings(**(values | more)), "parley-cache", build_cache)
        )

    async def restart_cache(self, **more: Any) -> None:
        """End the cache with all it knew, and start another one at the same address."""
        assert self.cache is not None
        address = self.cache.address
        await self.cache_stack.aclose()
        await self.start_cache(listen=address, **more)

    async def start_executor(self, **more: Any) -> None:
        from parley_executor.app import build  # noqa: PLC0415 — only worlds with executors need it

        address = self.monitor.address if self.monitor is not None else None
        stack = await self._stack()
        settings = executors.settings(self.claude_url, monitor=address, **({"grace": 0} | more))
        self.executors.append(await stack.enter_async_context(running(settings, "parley-executor", build)))
        self.executor_stacks.append(stack)

    def gateway_settings(self, **more: Any) -> GatewaySettings:
        """Make settings for a test: loopback, free ports, no announcement."""
        values: dict[str, Any] = {
            "listen": "127.0.0.1:0",
            "metrics_listen": None,
            "drain_announce": 0,
            "grace": 5,
            "discord_token": self.discord.token,
            "discord_rest_url": self.discord_address.rest_url,
            "cache": self.cache.address if self.cache is not None else NOWHERE,
            "monitor": self.monitor.address if self.monitor is not None else NOWHERE,
            "identify_spacing": 0,  # tests start many; tests of the spacing set their own
            "cache_silence": 1.0,  # a busy test machine is no silent cache; tests of silence set their own
        }
        return GatewaySettings(**(values | more))

    async def start_gateway(self, **more: Any) -> Gateway:
        stack = await self._stack()
        gateway = await stack.enter_async_context(
            running(self.gateway_settings(**more), "parley-gateway", build_gateway)
        )
        self.gateways.append(gateway)
        self.gateway_stacks.append(stack)
        service = _service(gateway)
        await self.until(lambda: service.bot.ready)
        return service

    def service(self, number: int) -> Gateway:
        """Return a gateway by its number, from 0 in the order of their start."""
        return _service(self.gateways[number])

    async def settled(self) -> None:
        """Wait until the gateways know free executors and hear the cache."""
        for gateway in self.gateways:
            service = _service(gateway)
            await self.until(lambda service=service: self._settled(service))  # type: ignore[misc]  # bound now

    def _settled(self, service: Gateway) -> bool:
        states = service.peers.reachable()
        cache = states["cache"] or self.cache is None
        executor = len(service.admissions.capacity.addresses) >= len(self.executors)
        return cache and executor

    async def _stack(self) -> contextlib.AsyncExitStack:
        return await self.services.enter_async_context(contextlib.AsyncExitStack())

    # --- people

    @property
    def bot(self) -> str:
        return f"<@{self.cast.bot}>"

    def ask(self, text: str, *, person: str = "Sam", reply_to: str | None = None, channel: str = "general") -> str:
        """Mention the bot; return the question's id."""
        where = self.cast.channel("Orchard", channel)
        said = self.discord.people.say(self.cast.person(person), where, f"{self.bot} {text}", reply_to=reply_to)
        return str(said["id"])

    def click(self, person: str, message: str, action: str = "stop") -> None:
        """Press a button of a message."""
        self.discord.people.click(self.cast.person(person), message, self.button(message, action))

    def button(self, message: str, action: str = "stop") -> str:
        """Return the custom id of a message's button; empty if it has none of the kind."""
        return self.buttons(message).get(action, "")

    def buttons(self, message: str) -> Mapping[str, str]:
        """Return the custom ids of a message's buttons by what they do, from left to right."""
        rows = self.message(message).get("components") or []
        ids = [str(button["custom_id"]) for row in rows for button in row["components"]]
        return {custom_id.split(":")[1]: custom_id for custom_id in ids}

    def message(self, message: str) -> dict[str, Any]:
        """Return a message as Discord has it."""
        for messages in self.discord.world.messages.values():
            if message in messages:
                return messages[message]
        raise LookupError(message)

    # --- what can be seen

    def replies(self, question: str) -> Sequence[str]:
        """Return the bot's messages that reply to a question."""
        return queries.creates_by_question(self.discord.recorder.requests).get(question, ())

    def shown(self, message: str) -> str:
        """Return what a message shows now; empty when it is gone."""
        return queries.final_texts(self.discord.recorder.requests).get(message, "")

    def reply(self, question: str) -> str:
        """Return what the reply to a question shows now, of its first page."""
        return next((self.shown(message) for message in self.replies(question)), "")

    async def until(self, condition: Callable[[], bool], within: float = PATIENCE) -> None:
        """Wait until something holds that no event tells of."""
        async with asyncio.timeout(within):
            while not condition():  # noqa: ASYNC110 — what it looks at has no event in common
                await asyncio.sleep(0.01)

    async def streaming(self, question: str, characters: int = 20) -> str:
        """Wait until a reply shows so much text; return its first message."""
        await self.until(lambda: len(self.reply(question)) >= characters)
        return self.replies(question)[0]

    async def ended(self, question: str, within: float = PATIENCE) -> str:
        """Wait until no gateway works on a question and its reply stands; return the reply's first page."""

        def over() -> bool:
            messages = self.replies(question)
            return bool(messages) and not self.button(messages[0]) and not self.working

        await self.until(over, within)
        return self.reply(question)

    @property
    def working(self) -> int:
        """How many turns are live at all gateways."""
        return sum(_service(gateway).live for gateway in self.gateways)

    async def spent(self, person: str) -> usage_pb2.Spent:
        """Return what a member used today, as the cache tells it."""
        assert self.cache is not None
        async with channel_to(self.cache.address) as channel:
            asked = usage_pb2.GetUsageRequest(user_id=self.cast.person(person))
            return (await usage_pb2_grpc.UsageServiceStub(channel).GetUsage(asked)).day

    def executions(self) -> list[Any]:
        """Return the requests that made Claude speak."""
        return [record for record in self.claude.requests if record.execution is not None]


def _service(gateway: Running[GatewaySettings]) -> Gateway:
    service = gateway.bound.service
    assert isinstance(service, Gateway)
    return service


@contextlib.asynccontextmanager
async def world(*, pace: Pace | None = None, **discord: Any) -> AsyncIterator[World]:
    """Serve Discord and Claude; the test starts the services that it wants."""
    loopback, claude = LoopbackDiscord(**discord), LoopbackClaude(pace=pace or Pace(ttft=0.02, tps=200))
    async with (
        loopback.serve() as discord_address,
        claude.serve() as claude_address,
        contextlib.AsyncExitStack() as services,
    ):
        yield World(loopback, discord_address, claude, claude_address.base_url, Cast(loopback), services)
