"""One websocket connection's way out: frames are queued, compressed and sent in order."""

import asyncio
import itertools

from aiohttp import web

from parley_sandbox.discord.gateway.codec import Codec

_WAITING = 20_000
"""Frames that may wait for a slow reader before its connection is broken."""


class Connection:
    """What sessions and the protocol see of a websocket."""

    _numbers = itertools.count(1)

    def __init__(self, socket: web.WebSocketResponse, transport: asyncio.Transport | None, codec: Codec) -> None:
        self.number = next(self._numbers)
        self.closed_by_us = False
        self.silent = False
        """Carries nothing more, as a half-open connection does."""
        self._socket = socket
        self._transport = transport
        self._codec = codec
        self._out: asyncio.Queue[bytes | int] = asyncio.Queue(_WAITING)

    def send(self, frame: bytes) -> None:
        """Queue a frame."""
        if self._out.full():
            self.break_off()
        else:
            self._out.put_nowait(frame)

    def close(self, code: int) -> None:
        """Close after what is queued."""
        self.closed_by_us = True
        if self._out.full():
            self.break_off()
        else:
            self._out.put_nowait(code)

    def break_off(self) -> None:
        """Break the connection without a close frame."""
        self.closed_by_us = True
        if self._transport is not None:
            self._transport.abort()

    async def write(self) -> None:
        """Send what is queued until the connection ends."""
        while True:
            item = await self._out.get()
            if isinstance(item, int):
                await self._socket.close(code=item)
                return
            if not self.silent:
                await self._write_frame(self._codec.encode(item))

    async def _write_frame(self, encoded: bytes) -> None:
        try:
            await (self._socket.send_bytes(encoded) if self._codec.binary else self._socket.send_str(encoded.decode()))
        except ConnectionError:  # the reader sees the same and ends the connection
            self.silent = True
