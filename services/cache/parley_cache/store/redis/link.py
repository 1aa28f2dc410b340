"""The one connection on which all steps of this process travel: in order, none waiting for another's answer.

Steps that are asked for in the same turn of the loop leave in one write. Silence is measured at the connection, so
that a busy process does not take its own slowness for an absent Redis. While Redis is away calls fail at once, and
one probe after the other looks whether it is back, at growing and uneven distances: no herd at its return.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from enum import Enum
from typing import Any

from redis.asyncio.connection import AbstractConnection
from redis.exceptions import ConnectionError as Lost
from redis.exceptions import (
    NoPermissionError,
    NoScriptError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    ResponseError,
)

from parley_cache.store.redis.pauses import Pauses
from parley_kit.apart import apart
from parley_kit.faults import Exhausted, Fault, Internal, Precondition, Unavailable

_log = logging.getLogger(__name__)

Words = Sequence[str | bytes | int | float]
Connect = Callable[[], Awaitable[AbstractConnection]]

GRACE = 0.02
"""One more look after the patience is over: the answer may lie in the socket while the loop was busy. In seconds."""

LEAVE_SECONDS = 0.2
"""How long the end of a connection is waited for, in seconds."""

CONNECT_SECONDS = 1.0
"""A connection's bound, TLS and greeting included; callers do not wait so long."""

AWAY = Unavailable("STORE_AWAY", "Redis does not answer.")


class State(Enum):
    """Whether Redis can be asked."""

    CONNECTING = "connecting"
    UP = "up"
    AWAY = "away"


class Link:
    """Connects, asks, notices a loss, probes, connects again.

    `connect` returns a greeted connection; `patience`: how long nothing may come back while something is asked, in
    seconds; `told` hears whether Redis is up.
    """

    def __init__(self, connect: Connect, patience: float, told: Callable[[bool], None]) -> None:
        self._patience = patience
        self._connect = connect
        self._told = told
        self._state = State.CONNECTING
        self._refusal: Precondition | None = None
        self._up = asyncio.Event()
        self._work = asyncio.Event()
        self._stalled = asyncio.Event()
        self._queued: deque[tuple[Words, asyncio.Future[Any]]] = deque()
        self._sent: deque[asyncio.Future[Any]] = deque()
        self._since = 0.0
        self._watch: asyncio.TimerHandle | None = None
        self._obstacle = ""
        self.losses = 0

    async def ready(self) -> None:
        """Return once Redis was reached."""
        await self._up.wait()

    @property
    def is_up(self) -> bool:
        """Whether Redis can be asked, or is just being reached."""
        return self._state is not State.AWAY

    async def ask(self, words: Words) -> Any:
        """Send one command and return its answer. Raises the fault that its error means."""
        if self._refusal is not None:
            raise self._refusal
        if self._state is State.AWAY:
            raise AWAY
        answer = asyncio.get_running_loop().create_future()
        if not self._queued and not self._sent:
            self._since = asyncio.get_running_loop().time()
        self._queued.append((words, answer))
        self._work.set()
        self._look_after(self._patience)
        try:
            return await answer
        except NoScriptError:
            raise
        except RedisError as error:
            raise _fault_of(error) from None

    # --- silence

    def _look_after(self, seconds: float) -> None:
        if self._watch is None:
            self._watch = asyncio.get_running_loop().call_later(seconds, self._look, seconds)

    def _look(self, waited: float) -> None:
        self._watch = None
        if not self._queued and not self._sent:
            return
        silent = asyncio.get_running_loop().time() - self._since
        if silent < self._patience:
            self._look_after(self._patience - silent)
        elif waited > GRACE:
            self._look_after(GRACE)
        else:
            self._fail()
            self._stalled.set()

    # --- the connection's life

    async def run(self) -> None:
        """Keep connected until cancelled. Raises Precondition when the first Redis found must not be used."""
        pauses = Pauses()
        while True:
            connection = await self._connected()
            if connection is not None:
                pauses = Pauses()
                await apart(self._serve(connection))
                self._lose(State.CONNECTING)
            else:
                self._lose(State.AWAY)
                await asyncio.sleep(pauses.next())

    async def _connected(self) -> AbstractConnection | None:
        self._stalled.clear()
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                connection = await self._connect()
        except Precondition as refusal:
            if not self._up.is_set():
                raise
            self._refusal = refusal
            return None
        except (RedisError, OSError, TimeoutError) as error:
            self._note_obstacle(type(error).__name__)
            return None
        self._obstacle = ""
        self._refusal = None
        self._state = State.UP
        self._up.set()
        self._told(True)
        return connection

    def _note_obstacle(self, kind: str) -> None:
        """Tell the log what keeps us from Redis: once for each kind of error, not once a probe."""
        if kind != self._obstacle:
            self._obstacle = kind
            _log.warning("redis.unreachable", extra={"error_type": kind})

    async def _serve(self, connection: AbstractConnection) -> None:
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._write(connection), name="redis write")
                tasks.create_task(self._read(connection), name="redis read")
                tasks.create_task(self._await_stall(), name="redis silence")
        except* (RedisError, OSError):
            pass
        finally:
            await _leave(connection)

    async def _await_stall(self) -> None:
        await self._stalled.wait()
        raise Lost("no answer in time")

    async def _write(self, connection: AbstractConnection) -> None:
        while True:
            await self._work.wait()
            self._refuse_stalled()
            self._work.clear()
            batch = [(words, answer) for words, answer in self._queued if not answer.done()]
            self._queued.clear()
            self._sent.extend(answer for _, answer in batch)
            if batch:
                await connection.send_packed_command([_packed(words) for words, _ in batch])

    async def _read(self, connection: AbstractConnection) -> None:
        while True:
            try:
                found, error = await connection.read_response(), None
            except ResponseError as told:
                found, error = None, told
            self._refuse_stalled()
            self._since = asyncio.get_running_loop().time()
            if not self._sent:
                raise Lost("an answer came too late")
            answer = self._sent.popleft()
            if not answer.done():
                _settle(answer, found, error)
            if isinstance(error, ReadOnlyError):
                raise Lost("this server is no longer the one to write to") from error

    def _refuse_stalled(self) -> None:
        """Say and take nothing more over a connection that is given up: its answers are those of calls that failed."""
        if self._stalled.is_set():
            raise Lost("an answer came too late")

    def note_loss(self) -> None:
        """Count a loss, after which what was seen before may be another."""
        self.losses += 1

    def _lose(self, state: State) -> None:
        self._state = state
        self.note_loss()
        self._told(False)
        self._fail(AWAY if state is State.AWAY else None)

    def _fail(self, fault: Fault | None = AWAY) -> None:
        """Fail what was sent, and with a fault also what waits to be sent."""
        lost = [*self._sent]
        self._sent.clear()
        if fault is not None:
            lost += [answer for _, answer in self._queued]
            self._queued.clear()
        for answer in lost:
            if not answer.done():
                answer.set_exception(AWAY)
        if self._queued:
            self._work.set()


def _packed(words: Words) -> bytes:
    """Write a command as Redis reads it; the library's own way takes thrice as long."""
    parts = [b"*%d\r\n" % len(words)]
    for word in words:
        raw = word if isinstance(word, bytes) else (word if isinstance(word, str) else repr(word)).encode()
        parts.append(b"$%d\r\n%b\r\n" % (len(raw), raw))
    return b"".join(parts)


async def _leave(connection: AbstractConnection) -> None:
    with contextlib.suppress(RedisError, OSError, TimeoutError):
        async with asyncio.timeout(LEAVE_SECONDS):
            await connection.disconnect()


def _settle(answer: asyncio.Future[Any], found: Any, error: Exception | None) -> None:
    if error is not None:
        answer.set_exception(error)
    else:
        answer.set_result(found)


def _fault_of(error: RedisError) -> Fault:
    if isinstance(error, OutOfMemoryError):
        return Exhausted("STORE_FULL", "Redis has no room left; what is stored can still be read.")
    if isinstance(error, NoPermissionError):
        return Unavailable("STORE_FORBIDS", "Redis does not allow this user what the cache needs.")
    if isinstance(error, ReadOnlyError) or str(error).startswith("MISCONF"):
        return Unavailable("STORE_READ_ONLY", "Redis takes no writes now.")
    return Internal("STORE_ERROR", f"Redis refused a step: {type(error).__name__}.")
