"""Asking services by their gRPC health what they say of themselves and of their peers.

`python -m parley_kit.check gateway:50051=parley.gateway.v1.GatewayService,cache,executor` asks every address behind the
name `gateway`, prints a line for each health name, and exits with 1 when one of them is not serving. `helm test` runs it.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from typing import NamedTuple

import grpc
from grpc_health.v1 import health_pb2

from parley_kit.channel import resolve
from parley_kit.settings import split_address

Check = grpc.aio.UnaryUnaryMultiCallable[health_pb2.HealthCheckRequest, health_pb2.HealthCheckResponse]
WITHIN = 5.0
"""How long one answer may take, in seconds."""
USAGE_EXIT = 2


class Asked(NamedTuple):
    """A target host:port and the health names that are asked for there."""

    target: str
    names: tuple[str, ...]


class Answer(NamedTuple):
    """What one address says of one name: SERVING, NOT_SERVING, or why there is no answer."""

    where: str
    name: str
    state: str

    @property
    def line(self) -> str:
        """For people."""
        return f"{'ok' if self.state == 'SERVING' else 'missing':<9} {self.where}: {self.name} is {self.state}"


def read(argument: str) -> Asked:
    """Read `host:port=name,name`. Raises ValueError with the expected form."""
    target, equals, names = argument.partition("=")
    if not equals or not names:
        raise ValueError("expected host:port=name,name")
    split_address(target)
    return Asked(target, tuple(names.split(",")))


async def ask(asked: Asked) -> list[Answer]:
    """Ask every address behind a target."""
    try:
        addresses = await resolve(*split_address(asked.target))
    except OSError:
        return [Answer(asked.target, "its name", "not known: are its pods ready?")]
    async with asyncio.TaskGroup() as tasks:
        waiting = [tasks.create_task(_answers(asked, address)) for address in sorted(set(addresses))]
    return [answer for task in waiting for answer in task.result()]


async def _answers(asked: Asked, address: str) -> list[Answer]:
    async with grpc.aio.insecure_channel(address) as channel:
        check: Check = channel.unary_unary(
            "/grpc.health.v1.Health/Check",
            request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
            response_deserializer=health_pb2.HealthCheckResponse.FromString,
        )
        return [Answer(f"{asked.target} ({address})", name, await _state(check, name)) for name in asked.names]


async def _state(check: Check, name: str) -> str:
    try:
        answer = await check(health_pb2.HealthCheckRequest(service=name), timeout=WITHIN)
    except grpc.aio.AioRpcError as error:
        return error.code().name
    return health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status)


async def _ask_all(arguments: Sequence[str]) -> int:
    found = [answer for argument in arguments for answer in await ask(read(argument))]
    print("\n".join(answer.line for answer in found))  # noqa: T201 — the answer of a command
    return 0 if all(answer.state == "SERVING" for answer in found) else 1


def main(arguments: Sequence[str]) -> int:
    """Ask all targets; return the exit code."""
    try:
        return asyncio.run(_ask_all(arguments))
    except ValueError as error:
        print(f"parley_kit.check: {error}", file=sys.stderr)  # noqa: T201 — one sentence for the operator
        return USAGE_EXIT


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
