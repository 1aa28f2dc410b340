"""X4: how many steady streams does a core carry from Claude through the executor to who called it?

Work is counted, not filled: so many streams at 50 tokens a second for a while, and the CPU time of the executor, and of a
caller that only reads, beside that of a process that reads as many by the SDK.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

import grpc
from executor_stand import Client, client, upstream
from machine import ForeignLoad, worked
from table import Row, percentile

from parley.executor.v1 import executor_pb2 as pb
from parley.executor.v1 import executor_pb2_grpc

STREAMS = 24
ROUNDS = 4
TOKENS = 400
RATE = 50.0
STEADY = TOKENS / RATE
QUESTION = f"Tell. [[ttft=0.1 tps={RATE:.0f} tokens={TOKENS} text=prose]]"
STRETCH = 1.02
START_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Service:
    """An executor's process, and a stub that calls it from this one."""

    pid: int
    stub: executor_pb2_grpc.ExecutorServiceStub

    async def read(self, question: str) -> tuple[float, float]:
        """Read a reply; return when its first text was there, and when its end, by the monotonic clock."""
        part = pb.Part(text=question)
        request = pb.ExecuteRequest(turn_id="turn", messages=[pb.Message(role=pb.ROLE_USER, parts=[part])])
        first = 0.0
        async for response in self.stub.Execute(request, timeout=60):
            if response.WhichOneof("event") == "text_delta":
                first = first or time.monotonic()
        return first, time.monotonic()


@contextlib.asynccontextmanager
async def executor(base_url: str) -> AsyncIterator[Service]:
    """Run an executor as its image does."""
    settings = {"LISTEN": "127.0.0.1:0", "METRICS_LISTEN": "127.0.0.1:0", "SLOTS": "64", "MAX_OUTPUT_TOKENS": "4096"}
    environment = {f"PARLEY_EXECUTOR_{name}": value for name, value in settings.items()}
    environment |= {"ANTHROPIC_API_KEY": "sk-ant-loopback", "ANTHROPIC_BASE_URL": base_url}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "parley_executor", env=os.environ | environment,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        async with asyncio.timeout(START_SECONDS):
            address = json.loads(await process.stdout.readline())["serves"]
        async with grpc.aio.insecure_channel(address) as channel:
            yield Service(process.pid, executor_pb2_grpc.ExecutorServiceStub(channel))
    finally:
        process.kill()
        await process.wait()


async def through(service: Service) -> tuple[float, list[float]]:
    """Return the executor's CPU seconds for all streams, and how long each lasted."""
    before = worked(service.pid)
    read = await asyncio.gather(*(service.read(QUESTION) for _ in range(STREAMS)))
    return worked(service.pid) - before, [ended - first for first, ended in read]


async def directly(sdk: Client) -> tuple[float, list[float]]:
    """Return the same of a process that reads by the SDK."""
    told = await sdk.do("ask", QUESTION, STREAMS)
    return told["cpu"], [reply["ended"] - reply["first"] for reply in told["done"]]


def per_core(cpu: list[float]) -> float:
    """Return how many such streams one core carries."""
    return STREAMS * STEADY / percentile(cpu, 0.5)


async def measure() -> list[Row]:
    """Stream in turns."""
    with ForeignLoad() as load:
        async with upstream() as (_, url), executor(url) as service, client("sdk", url) as sdk:
            await service.read(QUESTION)
            ours, theirs = [], []
            for _ in range(ROUNDS):
                theirs.append(await directly(sdk))
                ours.append(await through(service))
    carried, rival = per_core([cpu for cpu, _ in ours]), per_core([cpu for cpu, _ in theirs])
    stretch = percentile([seconds for _, lasted in ours for seconds in lasted], 0.5) / STEADY
    return [
        Row("X4", f"streams at 50/s that a core of the executor carries, {STREAMS} open, to its caller", carried,
            "anthropic SDK alone", rival, carried / rival, "≥ 0.5 ×", carried >= 0.5 * rival, load.share),
        Row("X4", "how much longer those streams last than Claude's, p50", stretch, "as long", 1.0, stretch,
            f"≤ {STRETCH}", stretch <= STRETCH, load.share),
    ]  # fmt: skip
