"""The loopback Discord as one thing: a world, its rules, and the sockets that serve it."""

import asyncio
import base64
import contextlib
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass

from aiohttp import web

from parley_sandbox.discord.acts import acts_on
from parley_sandbox.discord.clock import Clock, SystemClock
from parley_sandbox.discord.default import default_world
from parley_sandbox.discord.faults import Faults
from parley_sandbox.discord.gateway.hub import Hub
from parley_sandbox.discord.gateway.settings import GatewaySettings
from parley_sandbox.discord.gateway.socket import PATH as GATEWAY_PATH
from parley_sandbox.discord.gateway.socket import Socket
from parley_sandbox.discord.happenings import Happening, Subscription
from parley_sandbox.discord.invalid import InvalidRequests
from parley_sandbox.discord.limits import Limits
from parley_sandbox.discord.model.ids import Snowflakes
from parley_sandbox.discord.people import People
from parley_sandbox.discord.realm import Realm
from parley_sandbox.discord.recorder import Recorder
from parley_sandbox.discord.rest import cdn, commands, interactions, messages, places, threads
from parley_sandbox.discord.rest.bodies import LARGEST
from parley_sandbox.discord.rest.desk import Desk
from parley_sandbox.discord.rest.start import Start
from parley_sandbox.discord.rest.wire import PREFIX, Wire
from parley_sandbox.discord.world import World

_FAREWELL = 1.0
"""Seconds that open requests get when the server stops."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a loopback Discord is reached; hand `rest_url` to the bot, the gateway's it learns by itself."""

    base_url: str

    @property
    def rest_url(self) -> str:
        """The REST interface, version included."""
        return self.base_url + PREFIX

    @property
    def gateway_url(self) -> str:
        """The gateway's websocket."""
        return self.base_url.replace("http://", "ws://", 1) + GATEWAY_PATH


class LoopbackDiscord:
    """Discord in memory. Nothing is served until `serve`; state outlives a server, so that an outage can be played."""

    def __init__(
        self,
        world: World | None = None,
        *,
        clock: Clock | None = None,
        limits: Limits | None = None,
        gateway: GatewaySettings | None = None,
        invalid: InvalidRequests | None = None,
    ) -> None:
        self.world = world or default_world()
        self.clock = clock or SystemClock()
        self.world.links.now = self.clock.now
        self.limits = limits or Limits()
        self.invalid = invalid or InvalidRequests()
        self.faults = Faults()
        self.recorder = Recorder()
        realm = Realm(self.world, self.clock, Snowflakes(self.clock.now))
        self._broadcast = realm.broadcast
        self.gateway = Hub(realm, gateway or GatewaySettings(), self.faults)
        realm.sinks.append(self.gateway.dispatch)
        self.faults.connect(self.gateway.strike)
        self.recorder.listen(lambda recorded: realm.tell(Happening("request", recorded)))
        self._acts = acts_on(realm)
        self.people = People(self._acts)

    @property
    def token(self) -> str:
        """The bot's token; its first part is the bot's id in base64, which hikari demands."""
        return base64.b64encode(self.world.bot["id"].encode()).decode().rstrip("=") + ".loop.back"

    def subscribe(self) -> AbstractContextManager[Subscription]:
        """Listen to what happens: `with discord.subscribe() as queue: happening = await queue.get()`."""
        return self._broadcast.subscribe()

    @asynccontextmanager
    async def serve(self, host: str = "127.0.0.1", port: int = 0, advertise: str = "") -> AsyncIterator[Address]:
        """Serve REST, gateway and files at one port (0: a free one) until the block is left.

        `advertise` is the host by which bots reach it, where that is not `host`.
        """
        runner = web.AppRunner(self._app(), access_log=None, shutdown_timeout=_FAREWELL)
        await runner.setup()
        watching = asyncio.create_task(self._acts.interactions.watch(), name="unanswered interactions")
        try:
            await web.TCPSite(runner, host, port).start()
            address = Address(f"http://{advertise or host}:{runner.addresses[0][1]}")
            self.gateway.url, self.world.cdn_url = address.gateway_url, address.base_url + cdn.PREFIX
            yield address
        finally:
            watching.cancel()
            await runner.cleanup()
            with contextlib.suppress(asyncio.CancelledError):
                await watching

    def _app(self) -> web.Application:
        app = web.Application(client_max_size=LARGEST)
        desk = Desk(self._acts, self.limits, self.faults, self.invalid, self.token)
        routes = {
            **Start(self.gateway).routes(),
            **places.ROUTES,
            **threads.ROUTES,
            **messages.ROUTES,
            **interactions.ROUTES,
            **commands.ROUTES,
        }
        Wire(desk, self.recorder, self.clock).bind(app, routes)
        Socket(self.gateway, self.token).bind(app)
        cdn.Cdn(self.world, self.faults).bind(app)
        app.on_shutdown.append(self._hang_up)
        return app

    async def _hang_up(self, _app: web.Application) -> None:
        self.gateway.close_all()
