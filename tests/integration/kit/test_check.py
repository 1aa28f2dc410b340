from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator

import grpc
import pytest
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from parley_kit.check import USAGE_EXIT, Asked, ask, main

SERVING, NOT_SERVING = health_pb2.HealthCheckResponse.SERVING, health_pb2.HealthCheckResponse.NOT_SERVING


@pytest.fixture
async def gateway() -> AsyncIterator[str]:
    """host:port of something that has its cache and lacks its monitor."""
    servicer = health.aio.HealthServicer()
    await servicer.set("cache", SERVING)
    await servicer.set("monitor", NOT_SERVING)
    server = grpc.aio.server()
    health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        yield f"localhost:{port}"
    finally:
        await server.stop(None)


async def test_every_name_is_told_with_what_the_service_says(gateway: str) -> None:
    answers = await ask(Asked(gateway, ("cache", "monitor", "nobody")))
    by_v4 = [answer for answer in answers if "127.0.0.1" in answer.where]
    assert [(answer.name, answer.state) for answer in by_v4] == [
        ("cache", "SERVING"),
        ("monitor", "NOT_SERVING"),
        ("nobody", "NOT_FOUND"),
    ]
    assert by_v4[0].line.startswith("ok        localhost:")
    assert by_v4[1].line.startswith("missing   localhost:")
    assert by_v4[1].line.endswith("monitor is NOT_SERVING")


async def test_a_name_without_pods_and_a_port_without_a_service_are_missing() -> None:
    (answer,) = await ask(Asked("no-such-name.invalid:50051", ("cache",)))
    assert "are its pods ready?" in answer.line
    assert {answer.state for answer in await ask(Asked("127.0.0.1:1", ("cache",)))} == {"UNAVAILABLE"}


def test_the_exit_code_says_whether_all_are_there() -> None:
    said = subprocess.run(
        [sys.executable, "-m", "parley_kit.check", "127.0.0.1:1=cache"],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert (said.returncode, said.stdout) == (1, "missing   127.0.0.1:1 (127.0.0.1:1): cache is UNAVAILABLE\n")


@pytest.mark.parametrize("wrong", ["cache", "cache=x", "cache:1="])
def test_what_it_does_not_understand_is_one_sentence(wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([wrong]) == USAGE_EXIT
    assert "host:port" in capsys.readouterr().err
