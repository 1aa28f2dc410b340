from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from support.executors import KEY, Stand, ask, read, settings, text_of
from support.services import channel_to

from parley.executor.v1 import executor_pb2_grpc
from parley_executor.app import build
from parley_kit.lifecycle import serving
from parley_sandbox.anthropic import LoopbackClaude

Start = Callable[..., AbstractAsyncContextManager[Stand]]
SERVICE = "parley.executor.v1.ExecutorService"
SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


async def until_health(channel: grpc.aio.Channel, status: int) -> None:
    stub: Any = health_pb2_grpc.HealthStub(channel)
    watch = stub.Watch(health_pb2.HealthCheckRequest(service=SERVICE), timeout=10)
    try:
        async for response in watch:
            if response.status == status:
                return
    finally:
        watch.cancel()
    pytest.fail(f"health never became {status}")


async def test_it_serves_once_claude_is_reached(start: Start, unused_tcp_port: int) -> None:
    away = f"http://127.0.0.1:{unused_tcp_port}"
    async with start(anthropic_base_url=away) as stand, channel_to(stand.running.address) as channel:
        await until_health(channel, NOT_SERVING)
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await read(stand.execute("hello"))
        assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
        async with stand.claude.serve(port=unused_tcp_port):
            await until_health(channel, SERVING)
            assert text_of(await read(stand.execute("hello [[exact=here]]"))) == "here"


async def test_a_drain_lets_open_replies_end_and_takes_new_work_while_it_is_announced(
    claude: LoopbackClaude, base_url: str
) -> None:
    stop = asyncio.Event()
    ended = asyncio.Event()
    address: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def live() -> None:
        async with serving(settings(base_url, drain_announce=1.0), "parley-executor", build) as bound:
            address.set_result(bound.address)
            await stop.wait()
        ended.set()

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(live())
        async with channel_to(await address) as channel:
            stub = executor_pb2_grpc.ExecutorServiceStub(channel)
            await until_health(channel, SERVING)
            open_call = stub.Execute(ask("hello [[tps=20 tokens=50]]"))
            await anext(aiter(open_call))
            stop.set()
            await until_health(channel, NOT_SERVING)
            late = await read(stub.Execute(ask("late [[exact=taken]]")))
            assert text_of(late) == "taken"
            responses = await read(open_call)
            assert responses[-1].completed.stop_reason == "end_turn"
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await read(stub.Execute(ask("too late")))
            assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
        await asyncio.wait_for(ended.wait(), 10)
    assert claude.executions == 2


async def test_what_is_open_when_the_grace_is_over_is_ended_with_its_claude(
    start: Start, claude: LoopbackClaude
) -> None:
    async with contextlib.AsyncExitStack() as later:
        async with start(grace=0.1) as stand:
            channel = await later.enter_async_context(channel_to(stand.running.address))
            stub = executor_pb2_grpc.ExecutorServiceStub(channel)
            call = stub.Execute(ask("hello [[tps=20 tokens=500]]"), timeout=30)
            await anext(aiter(call))
            reading = asyncio.create_task(read(call))
        await claude.closed_by_client()
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await reading
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE


def run_process(environment: dict[str, str]) -> subprocess.Popen[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("ANTHROPIC_", "PARLEY_"))}
    return subprocess.Popen(
        [sys.executable, "-m", "parley_executor"],
        env=clean
        | {"PARLEY_EXECUTOR_METRICS_LISTEN": "127.0.0.1:0", "PARLEY_EXECUTOR_LISTEN": "127.0.0.1:0"}
        | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


async def test_without_a_key_it_is_one_sentence_and_exit_code_2() -> None:
    process = run_process({})
    out, error = await asyncio.to_thread(process.communicate, timeout=30)
    assert process.returncode == 2
    assert out == ""
    assert error.startswith("parley-executor: ANTHROPIC_API_KEY is not set:")
    assert error.count("\n") == 1


async def test_a_taken_port_is_one_sentence_and_exit_code_2(stand: Stand) -> None:
    process = run_process({"ANTHROPIC_API_KEY": KEY, "PARLEY_EXECUTOR_LISTEN": stand.running.address})
    _, error = await asyncio.to_thread(process.communicate, timeout=30)
    assert process.returncode == 2
    assert f"cannot listen on {stand.running.address}" in error
    assert "Traceback" not in error


async def test_a_process_says_what_it_serves_and_ends_with_0_at_sigterm(base_url: str) -> None:
    process = run_process(
        {"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": base_url, "PARLEY_EXECUTOR_DRAIN_ANNOUNCE": "0"}
    )
    try:
        assert process.stdout is not None
        line = await asyncio.to_thread(process.stdout.readline)
        assert "service.started" in line
        assert "Claude's API at 127.0.0.1" in line
        assert KEY not in line
        process.send_signal(signal.SIGTERM)
        _, error = await asyncio.to_thread(process.communicate, timeout=30)
    finally:
        process.kill()
        process.wait()
    assert (process.returncode, error) == (0, "")


async def test_a_claude_program_that_is_not_there_is_one_sentence_at_each_try(base_url: str, tmp_path: Path) -> None:
    process = run_process(
        {
            "ANTHROPIC_API_KEY": KEY,
            "ANTHROPIC_BASE_URL": base_url,
            "PARLEY_EXECUTOR_ENGINE": "claude_cli",
            "PARLEY_EXECUTOR_CLAUDE_PROGRAM": str(tmp_path / "claude"),
            "PARLEY_EXECUTOR_DRAIN_ANNOUNCE": "0",
        }
    )
    try:
        assert process.stdout is not None
        told = ""
        while "engine.not_ready" not in told:
            told = await asyncio.to_thread(process.stdout.readline)
            assert told, "it ended"
        assert f"{tmp_path / 'claude'}: No such file or directory" in told
        process.send_signal(signal.SIGTERM)
        await asyncio.to_thread(process.communicate, timeout=30)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 0
