"""Asking a service's gRPC health whether it is ready."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

import grpc.aio
from grpc_health.v1 import health_pb2

_PAUSE: Final = 0.05
_OPTIONS: Final = (
    # A service that starts is tried often; grpc's own back-off of a second would hide that it is ready.
    ("grpc.initial_reconnect_backoff_ms", 50),
    ("grpc.min_reconnect_backoff_ms", 50),
    ("grpc.max_reconnect_backoff_ms", 100),
    # Loopback is reached directly, whatever proxy the environment names.
    ("grpc.enable_http_proxy", 0),
    ("grpc.use_local_subchannel_pool", 1),
)


async def serving(address: str, service: str, alive: Callable[[], bool]) -> None:
    """Return once the server at host:port says that `service` is SERVING (the empty name: that it lives at all).

    Also when it is no longer `alive`; the caller bounds the wait.
    """
    async with grpc.aio.insecure_channel(address, options=_OPTIONS) as channel:
        check = channel.unary_unary(
            "/grpc.health.v1.Health/Check",
            request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
            response_deserializer=health_pb2.HealthCheckResponse.FromString,
        )
        while alive() and not await _is_serving(check, service):  # noqa: ASYNC110 - the event is in another process
            await asyncio.sleep(_PAUSE)


async def _is_serving(
    check: "grpc.aio.UnaryUnaryMultiCallable[Any, health_pb2.HealthCheckResponse]", service: str
) -> bool:
    try:
        answer = await check(health_pb2.HealthCheckRequest(service=service), timeout=1.0)
    except grpc.aio.AioRpcError:
        return False
    return answer.status == health_pb2.HealthCheckResponse.SERVING
