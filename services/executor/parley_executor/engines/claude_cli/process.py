"""One `claude` process, from its start to its end: one conversation, told and asked over its stdin.

It is kept only as long as nothing went wrong: after a fault, a cancel or a reply that it would go on with by itself
its history is no longer ours, so the whole process group is killed at once, which also ends what it asks of Claude.
"""

from __future__ import annotations

import asyncio
import os
import signal
import uuid
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from parley_executor.engines import messages_body
from parley_executor.engines.claude_cli import frames
from parley_executor.engines.claude_cli.faults import error_of
from parley_executor.engines.claude_cli.frames import Answered, Frame, Noted, Part, Result
from parley_executor.engines.claude_cli.launch import Home, Key, Launch, accepted, arguments, environment, fail
from parley_executor.engines.claude_cli.pipes import Pipes, signal_group
from parley_executor.engines.claude_cli.turn import Turn
from parley_executor.engines.port import Deadline, EngineError, EngineEvent
from parley_executor.model import Message, Role
from parley_executor.reasons import Reason

SETTLING: Final = 5.0
"""How long the end of a turn may follow its whole reply, in seconds; measured: 0.03."""

TERM_LIMIT: Final = 1.0
"""How long SIGTERM may take, in seconds; measured: 0.04."""


class Process:
    """A child that is ready. system: what `introduce` gave it; session: empty until the first turn; turns: answered."""

    def __init__(
        self, launch: Launch, key: Key, home: Home, pipes: Pipes, transport: asyncio.SubprocessTransport
    ) -> None:
        self.key = key
        self.pid = transport.get_pid()
        self.session = ""
        self.system: tuple[str, ...] | None = None
        self.turns = 0
        self._launch = launch
        self._home = home
        self._pipes = pipes
        self._transport = transport
        self._busy = self._spoilt = False
        self._ending: asyncio.Task[None] | None = None

    @classmethod
    async def spawned(cls, launch: Launch, key: Key) -> Process:
        """Start one and wait until it answers. Raises EngineError; START_FAILED has a cause in words."""
        process = await cls._started(launch, key)
        await process.ready()
        return process

    @classmethod
    async def _started(cls, launch: Launch, key: Key) -> Process:
        command = arguments(launch, key)
        try:
            home = Home.made(launch.root)
        except OSError as error:
            fail(f"no directory for claude under {launch.root}: {error.strerror}")
        try:
            transport, pipes = await asyncio.get_running_loop().subprocess_exec(
                Pipes, *command, env=environment(launch, key, home), cwd=home.work, start_new_session=True
            )
        except BaseException as error:
            home.remove()
            if isinstance(error, OSError):
                fail(f"{launch.program}: {error.strerror}")
            raise
        return cls(launch, key, home, pipes, transport)

    async def ready(self) -> None:
        """Wait until it answers; if it does not in time, or at all, it is ended. Raises EngineError."""
        try:
            async with asyncio.timeout(self._launch.start_limit):
                await self._answer(frames.probe)
        except BaseException as error:
            silent = not self._pipes.over.is_set()
            await self.end(0.0)
            if isinstance(error, (EngineError, TimeoutError)):
                fail(f"claude did not become ready: {self._complaint(silent=silent)}")
            raise

    @property
    def alive(self) -> bool:
        """Whether it can be told or asked something: it runs, has nothing to do, and nothing ever went wrong."""
        return not (self._busy or self._spoilt or self._pipes.over.is_set() or self._ending)

    @property
    def resident_bytes(self) -> int:
        """Memory that it holds now, with its share of the program's own pages; 0 when that is not known."""
        try:
            pages = Path(f"/proc/{self.pid}/statm").read_text(encoding="ascii").split()[1]
        except (OSError, IndexError):
            return 0
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    async def introduce(self, system: tuple[str, ...]) -> None:
        """Give it its system prompt, once, before anything else; also this may be done ahead. Raises EngineError."""
        with self._at_work():
            try:
                async with asyncio.timeout(self._launch.start_limit):
                    answer = await self._answer(lambda request_id: frames.introduction(request_id, system))
            except TimeoutError:
                fail("claude did not take its system prompt in time.")
            accepted(answer.version)
            self.system = system

    async def tell(self, messages: Sequence[Message], deadline: Deadline) -> None:
        """Tell it earlier messages, in their order; that costs no call. Raises EngineError."""
        with self._at_work():
            self._pipes.confide()
            for message in messages:
                await self._tell(message, deadline)

    async def _tell(self, message: Message, deadline: Deadline) -> None:
        # One at a time: an answer that is sent at once overtakes the question before it.
        line_id = str(uuid.uuid4())
        self._pipes.write(await _encoded(lambda: frames.earlier(message, line_id), [message]))
        while True:
            frame = await self._next(deadline.limit(_now(), begun=False))
            if isinstance(frame, Result) and frame.failed:
                raise error_of(frame)
            if isinstance(frame, Result) if message.role is Role.USER else frame == Noted(line_id):
                return

    async def ask(self, messages: Sequence[Message], deadline: Deadline) -> AsyncGenerator[EngineEvent, None]:
        """Ask the newest question, in one message of a user or several, and stream the reply; one turn.

        Read it to its end: what follows Finished tells whether the process can be kept. Closing it earlier, or any
        EngineError, kills the process.
        """
        turn = Turn()
        with self._at_work():
            self._pipes.confide()
            self._pipes.write(await _encoded(lambda: frames.question(messages), messages))
            headers = _now() + self._launch.headers_limit
            while not turn.finished:
                event = turn.take(await self._frame(turn, deadline, headers))
                self.session = turn.session or self.session
                if turn.over:
                    self.kill()  # before it asks Claude again
                if event is not None:
                    yield event
            await self._settle(turn)

    async def _frame(self, turn: Turn, deadline: Deadline, headers: float) -> Frame:
        last = deadline.limit(_now(), begun=turn.begun)
        try:
            return await self._next(last if turn.started else min(headers, last))
        except EngineError as error:
            late = error.reason is Reason.TIMED_OUT and not turn.started and headers < last
            raise turn.broken(EngineError(Reason.NO_HEADERS) if late else error) from None

    async def _settle(self, turn: Turn) -> None:
        """Read the end of a turn whose reply is whole; a process that does not end it well is not kept."""
        limit = _now() + SETTLING
        with suppress(EngineError):
            while not turn.over:
                turn.take(await self._next(limit))
        self._spoilt = self._spoilt or not turn.clean
        self.turns += 1
        if self._spoilt:
            self.kill()

    async def exited(self) -> None:
        """Return when nothing more will come of it; `end` it then."""
        await self._pipes.over.wait()

    def kill(self) -> None:
        """End the whole group at once."""
        self._spoilt = True
        self._signal(signal.SIGKILL)

    async def end(self, grace: float) -> None:
        """End it and take everything of it away: stdin is closed, after so many seconds come SIGTERM and SIGKILL.

        Whatever became of the process this is called once; a second call waits for the same end. Who is cancelled
        in it kills the process and stays until it is gone.
        """
        self._ending = self._ending or asyncio.create_task(self._ended(grace), name=f"end of claude {self.pid}")
        try:
            await asyncio.shield(self._ending)
        except asyncio.CancelledError:
            self.kill()
            await asyncio.shield(self._ending)
            raise

    async def _ended(self, grace: float) -> None:
        try:
            self._pipes.close_stdin()
            if not (self._spoilt or await self._gone_within(grace)):
                self._signal(signal.SIGTERM)
                await self._gone_within(min(grace, TERM_LIMIT))
        finally:
            self._signal(signal.SIGKILL)
            await self._pipes.gone.wait()
            await self._pipes.drained()
            self._transport.close()
            await self._pipes.closed.wait()
            await asyncio.to_thread(self._home.remove)

    async def _gone_within(self, seconds: float) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._pipes.gone.wait()
        return self._pipes.gone.is_set()

    def _signal(self, number: signal.Signals) -> None:
        if not self._pipes.gone.is_set():  # afterwards its number may be another's
            signal_group(self.pid, number)

    @contextmanager
    def _at_work(self) -> Iterator[None]:
        """Hold it for one thing at a time; whoever leaves early, by whatever way, leaves it killed."""
        if not self.alive:
            raise EngineError(Reason.CHILD_DIED)
        self._busy = True
        try:
            self._refuse_leftovers()
            yield
        except BaseException:
            self.kill()
            raise
        finally:
            self._busy = False

    def _refuse_leftovers(self) -> None:
        """What it said without being asked is no part of what comes next."""
        if any(isinstance(frame, Part | Result) for frame in self._pipes.clear()):
            raise EngineError(Reason.PROTOCOL)

    def _complaint(self, *, silent: bool) -> str:
        """Return what it wrote about its end before it knew any member's words, without credentials."""
        said = self._pipes.complaint
        for secret in filter(None, (self._launch.api_key, self._launch.sign_in)):
            said = said.replace(secret, "[credential]")
        if silent:
            return f"no answer in {self._launch.start_limit:g} s. {said}"
        return f"exit status {self._transport.get_returncode()}. {said}"

    async def _answer(self, request: Callable[[str], bytes]) -> Answered:
        request_id = uuid.uuid4().hex
        self._pipes.write(request(request_id))
        while True:
            frame = await self._next(None)
            if isinstance(frame, Answered) and frame.request_id == request_id:
                if frame.accepted:
                    return frame
                raise EngineError(Reason.PROTOCOL)

    async def _next(self, limit: float | None) -> Frame:
        """Return the next frame; limit is a time on the loop's clock. Raises EngineError."""
        try:
            async with asyncio.timeout_at(limit):
                taken = await self._pipes.take()
        except TimeoutError:
            raise EngineError(Reason.TIMED_OUT) from None
        if isinstance(taken, Reason):
            raise EngineError(taken)
        return taken


def _now() -> float:
    return asyncio.get_running_loop().time()


async def _encoded(build: Callable[[], bytes], messages: Sequence[Message]) -> bytes:
    large = messages_body.size(messages) >= messages_body.LARGE
    return await asyncio.to_thread(build) if large else build()
