"""Following a stream of one of the services for as long as the sandbox runs, whether it is there or not."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Final, Protocol, TypeVar

import grpc.aio

_FIRST_PAUSE: Final = 0.2
_LONGEST_PAUSE: Final = 2.0
_OPTIONS: Final = (
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1000),
    # An attempt at a pod that has just gone is given up after a second; grpc would wait 20 for an address that is nobody's.
    ("grpc.min_reconnect_backoff_ms", 1000),
    ("grpc.enable_http_proxy", 0),
    # A pod that comes back has another address; grpc's own pause of half a minute would leave the page without it.
    ("grpc.dns_min_time_between_resolutions_ms", 1000),
)
Response_co = TypeVar("Response_co", covariant=True)
Response = TypeVar("Response")


class Call(Protocol[Response_co]):
    """A running server stream."""

    def __aiter__(self) -> AsyncIterator[Response_co]: ...

    def cancel(self) -> bool: ...


async def follow(
    address: str,
    open_call: Callable[[grpc.aio.Channel], Call[Response]],
    take: Callable[[Response], None],
    lost: Callable[[], None],
) -> None:
    """Give every response to `take`; call `lost` when the stream breaks, and open it again after a pause that grows."""
    pause = _FIRST_PAUSE
    async with grpc.aio.insecure_channel(address, options=_OPTIONS) as channel:
        while True:
            with contextlib.suppress(grpc.aio.AioRpcError):
                async for response in _responses(open_call(channel)):
                    pause = _FIRST_PAUSE
                    take(response)
            lost()
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)


async def _responses(call: Call[Response]) -> AsyncIterator[Response]:
    try:
        async for response in call:
            yield response
    finally:
        call.cancel()
