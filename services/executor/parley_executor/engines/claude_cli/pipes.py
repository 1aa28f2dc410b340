"""The pipes of one child: bytes become frames as they come, in bounded memory.

What is not read is no backpressure for the program: it buffers its output and Claude goes on. So everything is read
and parsed at once, and what somebody waits for is kept. When he is far behind, reading pauses: then the program holds
the rest in its own memory, about 0.6 kB a token, which the reply's limit of tokens bounds.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections import deque
from contextlib import suppress
from typing import Final

from typing_extensions import override

from parley_executor.engines.claude_cli import frames
from parley_executor.engines.claude_cli.frames import Asked, Frame, LineSplitter, MalformedLineError
from parley_executor.reasons import Reason

MOST: Final = 1024
"""How many frames wait before reading pauses."""

COMPLAINT: Final = 2048
"""How many bytes of the error output are kept while no member's words can stand in it."""

LAST_WORDS: Final = 1.0
"""How long the pipes of a child that is gone may take to run dry, in seconds; somebody else may hold them open."""

_STDIN, _STDOUT, _STDERR = range(3)


class Pipes(asyncio.SubprocessProtocol):
    """`over`: nothing more will come of the child. `gone`: it ended. `closed`: all descriptors are closed."""

    def __init__(self) -> None:
        self.over = asyncio.Event()
        self.gone = asyncio.Event()
        self.closed = asyncio.Event()
        self._transport: asyncio.SubprocessTransport | None = None
        self._frames: deque[Frame] = deque()
        self._filled = asyncio.Event()
        self._splitter = LineSplitter()
        self._end: Reason | None = None
        self._paused = False
        self._complaint = b""
        self._confidential = False

    @property
    def complaint(self) -> str:
        """The last of the error output from before `confide`."""
        return self._complaint.decode(errors="replace").strip()

    async def drained(self) -> None:
        """Read what a child that is gone still wrote: no more than its pipes hold."""
        self._resume()
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_WORDS):
                await self.closed.wait()

    def confide(self) -> None:
        """Keep nothing more of the error output: from now on it may hold a member's words."""
        self._confidential = True
        self._complaint = b""

    def write(self, line: bytes) -> None:
        """Send a line; to a child that is gone it is nothing."""
        stdin = self._pipe(_STDIN)
        if isinstance(stdin, asyncio.WriteTransport) and not stdin.is_closing():
            stdin.write(line)

    def close_stdin(self) -> None:
        """Let the child know that nothing more comes."""
        stdin = self._pipe(_STDIN)
        if stdin is not None:
            stdin.close()

    def clear(self) -> list[Frame]:
        """Return and forget what nobody has waited for."""
        left = list(self._frames)
        self._frames.clear()
        return left

    async def take(self) -> Frame | Reason:
        """Return the next frame, or, for ever after the last, why there is none."""
        while not self._frames:
            if self._end is not None:
                return self._end
            self._filled.clear()
            await self._filled.wait()
        frame = self._frames.popleft()
        if len(self._frames) < MOST // 2:
            self._resume()
        return frame

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.SubprocessTransport)
        self._transport = transport

    @override
    def pipe_data_received(self, fd: int, data: bytes) -> None:
        if fd == _STDERR:
            self._complaint = b"" if self._confidential else (self._complaint + data)[-COMPLAINT:]
        elif self._end is None:
            self._read(data)

    @override
    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        if fd == _STDOUT:
            self._finish(Reason.CHILD_DIED)

    @override
    def process_exited(self) -> None:
        assert self._transport is not None
        # What it may have started itself holds our pipes open.
        signal_group(self._transport.get_pid(), signal.SIGKILL)
        self.gone.set()
        self.over.set()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._finish(Reason.CHILD_DIED)
        self.closed.set()

    def _read(self, data: bytes) -> None:
        try:
            for line in self._splitter.feed(data):
                self._keep(frames.read(line))
        except MalformedLineError:
            self._finish(Reason.PROTOCOL)

    def _keep(self, frame: Frame | None) -> None:
        if isinstance(frame, Asked):
            self.write(frames.refusal(frame.request_id))
        elif frame is not None:
            self._frames.append(frame)
            self._filled.set()
            if len(self._frames) >= MOST and not self.gone.is_set():
                self._pause()

    def _finish(self, reason: Reason) -> None:
        self._end = self._end or reason
        self._filled.set()
        self.over.set()

    def _pause(self) -> None:
        if self._paused:
            return
        stdout = self._pipe(_STDOUT)
        if isinstance(stdout, asyncio.ReadTransport) and not stdout.is_closing():
            stdout.pause_reading()
            self._paused = True

    def _resume(self) -> None:
        if not self._paused:
            return
        self._paused = False
        stdout = self._pipe(_STDOUT)
        if isinstance(stdout, asyncio.ReadTransport) and not stdout.is_closing():
            stdout.resume_reading()

    def _pipe(self, fd: int) -> asyncio.BaseTransport | None:
        return None if self._transport is None else self._transport.get_pipe_transport(fd)


def signal_group(pid: int, number: signal.Signals) -> None:
    """Signal a child and all that it started; it leads a group of its own."""
    with suppress(ProcessLookupError):
        os.killpg(pid, number)
