"""How frames are compressed: one stream for the life of a connection, flushed after each frame."""

import zlib
from typing import Protocol

from backports import zstd


class Codec(Protocol):
    """Turns one frame's JSON into what the socket carries."""

    binary: bool
    """Whether frames go as binary messages."""

    def encode(self, frame: bytes) -> bytes:
        """Return the bytes of one whole frame."""
        ...


class Plain:
    """No compression: text messages."""

    binary = False

    def encode(self, frame: bytes) -> bytes:
        return frame


class ZlibStream:
    """One zlib stream; each frame ends with a sync flush (00 00 FF FF)."""

    binary = True

    def __init__(self) -> None:
        self._stream = zlib.compressobj(level=1)

    def encode(self, frame: bytes) -> bytes:
        return self._stream.compress(frame) + self._stream.flush(zlib.Z_SYNC_FLUSH)


class ZstdStream:
    """One zstandard frame that never ends; each gateway frame ends with a block flush."""

    binary = True

    def __init__(self) -> None:
        self._stream = zstd.ZstdCompressor(level=1)

    def encode(self, frame: bytes) -> bytes:
        return self._stream.compress(frame, mode=zstd.ZstdCompressor.FLUSH_BLOCK)


CODECS: dict[str, type[Plain | ZlibStream | ZstdStream]] = {
    "": Plain,
    "zlib-stream": ZlibStream,
    "zstd-stream": ZstdStream,
}
"""By the `compress` of a connection's query."""
