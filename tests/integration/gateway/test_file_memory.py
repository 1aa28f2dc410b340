"""What members' files take of the gateway's memory: it must not end for them."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from pathlib import Path

import grpc
import pytest
from aiohttp import web
from support import file_memory
from typing_extensions import override

from parley.executor.v1 import executor_pb2 as pb
from parley.executor.v1.executor_pb2_grpc import ExecutorServiceServicer, add_ExecutorServiceServicer_to_server
from parley_gateway.discord.downloads import COPIES
from parley_kit.channel import SIZES

MIB = 1024 * 1024
WORK = 16 * MIB
"""What a gateway that fetches and asks takes besides."""


class Asked(ExecutorServiceServicer):
    """Ends its replies when as many turns as hold files at once have asked."""

    def __init__(self) -> None:
        self.met = asyncio.Barrier(file_memory.TOGETHER)

    @override
    async def Execute(
        self,
        request: pb.ExecuteRequest,
        context: grpc.aio.ServicerContext[pb.ExecuteRequest, AsyncIterator[pb.ExecuteResponse]],
    ) -> AsyncIterator[pb.ExecuteResponse]:
        assert len(request.messages[0].parts[0].document.content) == file_memory.PAPER
        await self.met.wait()
        yield pb.ExecuteResponse(completed=pb.Completed(stop_reason="end_turn"))

    @override
    async def ListModels(
        self,
        request: pb.ListModelsRequest,
        context: grpc.aio.ServicerContext[pb.ListModelsRequest, Awaitable[pb.ListModelsResponse]],
    ) -> pb.ListModelsResponse:
        return pb.ListModelsResponse()


@asynccontextmanager
async def executor() -> AsyncIterator[str]:
    server = grpc.aio.server(options=SIZES)
    add_ExecutorServiceServicer_to_server(Asked(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        await server.stop(1)


@asynccontextmanager
async def files() -> AsyncIterator[str]:
    paper = b"%PDF-" + os.urandom(file_memory.PAPER - 5)

    async def serve(_: web.Request) -> web.Response:
        return web.Response(body=paper)

    app = web.Application()
    app.router.add_get("/{number}", serve)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Linux tells a process's memory; run it there")
async def test_a_gateway_that_holds_all_the_files_that_it_may_has_each_byte_a_few_times() -> None:
    async with files() as base, executor() as address, asyncio.timeout(60):
        program = await asyncio.create_subprocess_exec(
            sys.executable, file_memory.__file__, base, address, stdout=asyncio.subprocess.PIPE
        )
        told, _ = await program.communicate()
    assert program.returncode == 0
    held = file_memory.TOGETHER * file_memory.PAPER
    assert held < int(told) < COPIES * held + WORK
