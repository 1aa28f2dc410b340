"""Answers of the loopback Claude as the bytes that went over the wire, and a server that says them again."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

import orjson

End = Literal["whole", "cut", "silent"]
"""How the connection went on after the last byte: the answer was whole, it was cut, or nothing more came."""

_LENGTH = re.compile(rb"^content-length: *(\d+)", re.IGNORECASE | re.MULTILINE)
_DELTA = b"event: content_block_delta"
_NO_MODELS = b'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 11\r\n\r\n{"data":[]}'


@dataclass(frozen=True, slots=True)
class Recording:
    """One answer: status line, headers and body with its framing, byte for byte."""

    raw: bytes
    end: End

    @property
    def body(self) -> bytes:
        """The body without the framing of HTTP."""
        _, _, framed = self.raw.partition(b"\r\n\r\n")
        pieces = []
        while framed:
            size, _, framed = framed.partition(b"\r\n")
            pieces.append(framed[: int(size, 16)])
            framed = framed[int(size, 16) + 2 :]
        return b"".join(pieces)


async def record(base_url: str, body: Mapping[str, Any], *, silent_after: int | None = None) -> Recording:
    """Ask for a reply and keep what comes; silent_after: the deltas after which nothing more is expected."""
    content = orjson.dumps(body)
    url = urlsplit(base_url)
    reader, writer = await asyncio.open_connection(url.hostname, url.port)
    head = f"POST /v1/messages HTTP/1.1\r\nhost: {url.netloc}\r\nx-api-key: sk-ant-loopback\r\nconnection: close\r\n"
    head += f"anthropic-version: 2023-06-01\r\ncontent-length: {len(content)}\r\n\r\n"
    writer.write(head.encode() + content)
    raw = bytearray()
    with contextlib.suppress(ConnectionError):
        while not _silent(raw, silent_after) and (chunk := await reader.read(65_536)):
            raw += chunk
    writer.transport.abort()
    whole = raw.endswith(b"0\r\n\r\n") or b"content-length" in raw.lower()
    return Recording(bytes(raw), "silent" if silent_after is not None else "whole" if whole else "cut")


def _silent(raw: bytearray, after: int | None) -> bool:
    complete = raw.endswith(b"\n\n\r\n") and b"content_block_start" in raw
    return after is not None and complete and raw.count(_DELTA) == after


class Replay:
    """A server that answers every request for a reply with the same recording, in pieces of so many bytes."""

    def __init__(self, recording: Recording, piece: int) -> None:
        self._recording = recording
        self._piece = piece

    @contextlib.asynccontextmanager
    async def serve(self) -> AsyncIterator[str]:
        """Listen while the context lasts and give its URL."""
        server = await asyncio.start_server(self._answer, "127.0.0.1", 0)
        try:
            host, port = server.sockets[0].getsockname()
            yield f"http://{host}:{port}"
        finally:
            server.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection, as often as it asks."""
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                if head.startswith(b"GET"):
                    writer.write(_NO_MODELS)
                    continue
                length = _LENGTH.search(head)
                await reader.readexactly(int(length[1]) if length else 0)
                await self._say(writer)
                if self._recording.end != "silent":
                    break
        writer.transport.abort() if self._recording.end == "cut" else writer.close()

    async def _say(self, writer: asyncio.StreamWriter) -> None:
        raw = self._recording.raw
        for at in range(0, len(raw), self._piece):
            writer.write(raw[at : at + self._piece])
            await writer.drain()
            await asyncio.sleep(0)
