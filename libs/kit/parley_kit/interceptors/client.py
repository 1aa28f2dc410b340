"""The client's half: a channel whose calls are recorded.

It wraps the channel and not the calls, since grpc.aio's own interceptors put a queue and two tasks around each
stream; here a caller holds grpc's own call object, so that reading, writing and cancelling are untouched.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Protocol, Self, cast

import grpc
from opentelemetry import trace
from typing_extensions import override

from parley_kit.interceptors.recording import Recording
from parley_kit.metrics import Metrics
from parley_kit.telemetry import PROPAGATOR

UNARY_SECONDS = 1.0
"""The deadline of a unary call that names none (contract.md, "For all")."""


class _Connect(Protocol):
    def __call__(self) -> grpc.aio.Channel: ...


class InstrumentedChannel(grpc.aio.Channel):
    """A channel to one address that connects at its first call, and again after it was closed as idle."""

    def __init__(self, address: str, connect: _Connect, tracer: trace.Tracer, metrics: Metrics) -> None:
        self.address = address
        self._connect = connect
        self._tracer = tracer
        self._metrics = metrics
        self._channel: grpc.aio.Channel | None = None
        self.in_flight = 0
        self.used_at = time.monotonic()

    def current(self) -> grpc.aio.Channel:
        """Return the connection, made if there is none."""
        if self._channel is None:
            self._channel = self._connect()
        return self._channel

    def record(self, method: str, call: Callable[..., Any], arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:
        """Make a call with our metadata and record it until it is done."""
        recording = Recording(self._tracer, self._metrics, "client", method, parent=None, address=self.address)
        options["metadata"] = _with_context(options.get("metadata"), recording.span)
        made = call(*arguments, **options)
        self.in_flight += 1
        made.add_done_callback(lambda done: self._done(recording, done))
        return made

    def _done(self, recording: Recording, call: grpc.aio.Call) -> None:
        self.in_flight -= 1
        self.used_at = time.monotonic()
        recording.end(_code_of(call))

    @override
    def unary_unary(self, method: str, *codec: Any, **options: Any) -> Any:
        return _MultiCallable(self, "unary_unary", method, codec, options, UNARY_SECONDS)

    @override
    def unary_stream(self, method: str, *codec: Any, **options: Any) -> Any:
        return _MultiCallable(self, "unary_stream", method, codec, options, None)

    @override
    def stream_unary(self, method: str, *codec: Any, **options: Any) -> Any:
        return _MultiCallable(self, "stream_unary", method, codec, options, None)

    @override
    def stream_stream(self, method: str, *codec: Any, **options: Any) -> Any:
        return _MultiCallable(self, "stream_stream", method, codec, options, None)

    @override
    async def close(self, grace: float | None = None) -> None:
        channel, self._channel = self._channel, None
        if channel is not None:
            await channel.close(grace)

    @override
    def get_state(self, try_to_connect: bool = False) -> grpc.ChannelConnectivity:
        return self.current().get_state(try_to_connect)

    @override
    async def wait_for_state_change(self, last_observed_state: grpc.ChannelConnectivity) -> None:
        await self.current().wait_for_state_change(last_observed_state)

    @override
    async def channel_ready(self) -> None:
        await self.current().channel_ready()

    @override
    async def __aenter__(self) -> Self:
        return self

    @override
    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc_val: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        await self.close()


class _MultiCallable:
    """A method of the channel, bound anew when the connection is."""

    def __init__(
        self,
        channel: InstrumentedChannel,
        kind: str,
        method: str,
        codec: Any,
        options: dict[str, Any],
        timeout: float | None,
    ) -> None:
        self._channel = channel
        self._kind = kind
        self._method = method
        self._codec = codec
        self._options = options
        self._timeout = timeout
        self._bound: tuple[grpc.aio.Channel, Callable[..., Any]] | None = None

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        if self._timeout is not None:
            options.setdefault("timeout", self._timeout)
        return self._channel.record(self._method, self._method_of_connection(), arguments, options)

    def _method_of_connection(self) -> Callable[..., Any]:
        connection = self._channel.current()
        if self._bound is None or self._bound[0] is not connection:
            bound = getattr(connection, self._kind)(self._method, *self._codec, **self._options)
            self._bound = (connection, bound)
        return self._bound[1]


def _with_context(metadata: Any, span: trace.Span) -> list[tuple[str, str]]:
    carrier: dict[str, str] = {}
    PROPAGATOR.inject(carrier, trace.set_span_in_context(span))
    return [*(metadata or ()), *carrier.items()]


def _code_of(call: grpc.aio.Call) -> grpc.StatusCode:
    """Read the status of a call that is done; its coroutine then ends at the first step."""
    reading = call.code()
    try:
        reading.send(None)
    except StopIteration as done:
        return cast("grpc.StatusCode", done.value)
    reading.close()
    return grpc.StatusCode.UNKNOWN
