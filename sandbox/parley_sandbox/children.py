"""One child process: its start, its lines, its readiness, its end."""

import asyncio
import contextlib
import os
import signal
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from parley_sandbox.health import serving
from parley_sandbox.starters import Process, Starter, executed

Sink = Callable[[str, str], None]
"""Takes a child's name and one line of what it said."""

_LINE_LIMIT: Final = 1 << 20
_KEPT_LINES: Final = 2000
_LAST_LINES: Final = 12


@dataclass(frozen=True, slots=True)
class ChildSpec:
    """How one child is started.

    `address` is the host:port whose gRPC health says that it is ready, if it has one, and `service` the name under
    which it says so; `ready_line` is part of the line by which a child without gRPC says so. Those are started first.
    """

    name: str
    argv: tuple[str, ...]
    environment: Mapping[str, str]
    address: str | None = None
    service: str = ""
    ready_line: str = ""


class ChildDiedError(Exception):
    """A child ended that nobody had asked to end, or never became ready."""

    def __init__(self, name: str, what: str, lines: tuple[str, ...]) -> None:
        said = "\n".join(f"    {line}" for line in lines) or "    (it said nothing)"
        super().__init__(f"{name} {what}; its last lines:\n{said}")
        self.name = name
        self.lines = lines


class Child:
    """A child in its own process group, so that whatever it starts ends with it."""

    def __init__(
        self,
        spec: ChildSpec,
        tasks: asyncio.TaskGroup,
        sink: Sink,
        on_death: Callable[[ChildDiedError], None],
        starter: Starter = executed,
    ) -> None:
        self.spec = spec
        self._tasks = tasks
        self.lines: deque[str] = deque(maxlen=_KEPT_LINES)
        self.ready_after = 0.0
        self._sink = sink
        self._on_death = on_death
        self._starter = starter
        self._process: Process | None = None
        self._watch: asyncio.Task[None] | None = None
        self._wanted_dead = False
        self._line = asyncio.Condition()
        self._says_ready = asyncio.Event()

    @property
    def name(self) -> str:
        return self.spec.name

    @property
    def address(self) -> str:
        """host:port of its gRPC server; empty for a child without one."""
        return self.spec.address or ""

    @property
    def pid(self) -> int:
        """Of the process that runs now or ran last."""
        if self._process is None:
            raise RuntimeError(f"{self.name} was never started")
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    @property
    def returncode(self) -> int | None:
        return None if self._process is None else self._process.returncode

    async def start(self) -> None:
        """Start the process; it is not ready yet."""
        if self.running:
            raise RuntimeError(f"{self.name} runs already")
        self._wanted_dead = False
        self._says_ready.clear()
        reading, writing = os.pipe()
        try:
            self._process = await self._starter(self.spec.argv, self.spec.environment, writing)
        except BaseException:
            os.close(reading)
            raise
        finally:
            os.close(writing)
        self._watch = self._tasks.create_task(self._attend(self._process, reading), name=f"child {self.name}")

    async def ready(self, within: float) -> None:
        """Wait until its health or its line says so; raise ChildDiedError when it ends before that or takes longer."""
        if self.spec.address is None and not self.spec.ready_line:
            return
        begun = time.monotonic()
        try:
            async with asyncio.timeout(within):
                await self._serves()
        except TimeoutError:
            raise self._death(f"was not ready after {within:.0f} s") from None
        if not self.running:
            # Its last lines arrive with its end.
            await self._gone()
            raise self._death(f"ended with {_exit_words(self.returncode)} before it was ready")
        self.ready_after = time.monotonic() - begun

    async def _serves(self) -> None:
        """Wait until it says that it is ready, or has ended."""
        if self.spec.address is not None:
            await serving(self.spec.address, self.spec.service, lambda: self.running)
            return
        waits = [asyncio.ensure_future(work) for work in (self._says_ready.wait(), self.ended())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    async def ended(self) -> int:
        """Wait until the process is gone; return its exit code (negative: the signal)."""
        if self._process is None:
            raise RuntimeError(f"{self.name} was never started")
        return await self._process.wait()

    async def said(self, part: str, within: float = 10.0) -> str:
        """The first line that contains `part`, of those said so far or within that many seconds."""
        async with asyncio.timeout(within), self._line:
            await self._line.wait_for(lambda: any(part in line for line in self.lines))
            return next(line for line in self.lines if part in line)

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the process alone; from now on its end is no accident."""
        self._wanted_dead = True
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(number)

    def sweep(self) -> None:
        """Kill its whole group: the process and whatever it has started."""
        self._wanted_dead = True
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)

    async def kill(self) -> int:
        """Kill its whole group at once, as a lost node would, and wait until it is gone."""
        self.sweep()
        return await self._gone()

    async def terminate(self, within: float = 4.0) -> int:
        """Ask it to end, kill its group after `within` seconds, and wait until it is gone."""
        self.send(signal.SIGTERM)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self.ended()
        return await self.kill()

    async def restart(self, within: float = 60.0, *, grace: float = 4.0) -> None:
        """End it if it runs, start it again with the same ports, and wait until it is ready."""
        if self.running:
            await self.terminate(grace)
        await self.start()
        await self.ready(within)

    async def _gone(self) -> int:
        code = await self.ended()
        if self._watch is not None:
            await self._watch
        return code

    async def _attend(self, process: Process, reading: int) -> None:
        """Take its lines until it ends, then say so if nobody wanted that."""
        stream = asyncio.StreamReader(limit=_LINE_LIMIT)
        loop = asyncio.get_running_loop()
        pipe = os.fdopen(reading, "rb", 0)
        transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(stream), pipe)
        lines = self._tasks.create_task(self._take(stream))
        try:
            code = await process.wait()
            # What the process wrote last is still in the pipe; a grandchild that holds it open must not delay us.
            await asyncio.wait((lines,), timeout=0.5)
        finally:
            lines.cancel()
            transport.close()
        if not self._wanted_dead:
            self._on_death(self._death(f"ended with {_exit_words(code)}"))

    async def _take(self, stream: asyncio.StreamReader) -> None:
        while True:
            try:
                raw = await stream.readline()
            except ValueError:
                raw = b"(a line longer than 1 MiB)\n"
            if not raw:
                return
            line = raw.decode(errors="replace").rstrip("\r\n")
            async with self._line:
                self.lines.append(line)
                self._line.notify_all()
            if self.spec.ready_line and self.spec.ready_line in line:
                self._says_ready.set()
            self._sink(self.name, line)

    def _death(self, what: str) -> ChildDiedError:
        return ChildDiedError(self.name, what, tuple(self.lines)[-_LAST_LINES:])


def _exit_words(code: int | None) -> str:
    if code is not None and code < 0:
        return f"signal {signal.Signals(-code).name}"
    return f"exit code {code}"
