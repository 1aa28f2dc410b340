"""A quiet stream outlives its keepalive pings."""

from __future__ import annotations

import asyncio

import grpc
import pytest
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from parley_kit.lifecycle import PING_INTERVAL, SERVER_OPTIONS

PINGS_MS, PERMITTED_MS = 1_000, 500
STRIKES_OUT_SECONDS = 5.0
"""With the server's own default, the third ping of a quiet client ends its connection: after 3 s here."""


async def test_a_server_permits_pings_on_a_quiet_stream() -> None:
    options = [(name, PERMITTED_MS if name == PING_INTERVAL else value) for name, value in SERVER_OPTIONS]
    server = grpc.aio.server(options=options)
    servicer = health.aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
    address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    await server.start()
    pinging = [("grpc.keepalive_time_ms", PINGS_MS), ("grpc.http2.max_pings_without_data", 0)]
    async with grpc.aio.insecure_channel(address, options=pinging) as channel:
        watch = channel.unary_stream(
            "/grpc.health.v1.Health/Watch",
            request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
            response_deserializer=health_pb2.HealthCheckResponse.FromString,
        )
        call = watch(health_pb2.HealthCheckRequest(service=""))
        try:
            await call.read()
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(STRIKES_OUT_SECONDS):
                    await call.read()
        finally:
            call.cancel()
            await server.stop(0)
