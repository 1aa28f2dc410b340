"""The gateway on the wire: one websocket per connection, a reader and a writer."""

import asyncio

from aiohttp import WSMessage, WSMsgType, web

from parley_sandbox.discord.gateway.codec import CODECS
from parley_sandbox.discord.gateway.connection import Connection
from parley_sandbox.discord.gateway.frames import CloseCode, Closing, Op
from parley_sandbox.discord.gateway.hub import Hub
from parley_sandbox.discord.gateway.protocol import VERSION, Protocol

PATH = "/gateway"
_LARGEST_READ = 1 << 20
"""Bytes after which the socket itself gives up on a frame; the protocol's own bound is lower."""


class Socket:
    """Serves gateway connections."""

    def __init__(self, hub: Hub, token: str) -> None:
        self._hub = hub
        self._token = token

    def bind(self, app: web.Application) -> None:
        """Add the gateway's route."""
        for path in (PATH, PATH + "/"):
            app.router.add_get(path, self._serve)

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        codec = CODECS.get(request.query.get("compress", ""))
        if codec is None or request.query.get("encoding", "json") != "json":
            raise web.HTTPBadRequest(text="The loopback gateway speaks json, plain or by zlib-stream or zstd-stream.")
        socket = web.WebSocketResponse(max_msg_size=_LARGEST_READ, compress=False)
        await socket.prepare(request)
        connection = Connection(socket, request.transport, codec())
        self._hub.connections.add(connection)
        self._hub.note("connected", connection, **request.query)
        protocol = Protocol(self._hub, connection, self._token)
        try:
            await self._converse(request, socket, connection, protocol)
        finally:
            self._hub.connections.discard(connection)
            protocol.leave(socket.close_code)
        return socket

    async def _converse(
        self, request: web.Request, socket: web.WebSocketResponse, connection: Connection, protocol: Protocol
    ) -> None:
        async with asyncio.TaskGroup() as tasks:
            writer = tasks.create_task(connection.write())
            try:
                protocol.greet(request.query.get("v", VERSION))
                await self._read(socket, protocol)
            except Closing as closing:
                connection.close(closing.code)
                await writer
            except TimeoutError:
                connection.close(CloseCode.SESSION_TIMED_OUT)
                await writer
            finally:
                writer.cancel()

    async def _read(self, socket: web.WebSocketResponse, protocol: Protocol) -> None:
        patience = self._hub.settings.heartbeat_interval * self._hub.settings.heartbeats_missed
        now = asyncio.get_running_loop().time
        async with asyncio.timeout(patience) as heart:
            async for message in socket:
                if (raw := _raw(message)) is None:
                    continue
                if protocol.receive(raw) is Op.HEARTBEAT:
                    heart.reschedule(now() + patience)


def _raw(message: WSMessage) -> bytes | None:
    if message.type is WSMsgType.TEXT:
        return str(message.data).encode()
    return bytes(message.data) if message.type is WSMsgType.BINARY else None
