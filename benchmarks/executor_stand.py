"""What the benchmarks of the executor stand on: a loopback Claude in this process, and those who ask in their own."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from parley_sandbox.anthropic import LoopbackClaude, Record
from parley_sandbox.anthropic.limits import Limits

CLIENT = Path(__file__).parent / "executor_client.py"
LONGEST_LINE = 1 << 20
ENDING_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Client:
    """One who asks, by our engine or by the SDK."""

    process: asyncio.subprocess.Process

    async def do(self, act: str, question: str, count: int = 1) -> dict[str, Any]:
        """Have it `ask` or `leave` so often at once; return what it tells."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        job = {"act": act, "question": question, "count": count}
        self.process.stdin.write(orjson.dumps(job, option=orjson.OPT_APPEND_NEWLINE))
        found: dict[str, Any] = orjson.loads(await self.process.stdout.readline())
        return found


@contextlib.asynccontextmanager
async def upstream() -> AsyncIterator[tuple[LoopbackClaude, str]]:
    """Serve a Claude without a limit that a benchmark would meet."""
    claude = LoopbackClaude(limits=Limits(requests=10**9, input_tokens=10**12, output_tokens=10**12))
    async with claude.serve() as address:
        yield claude, address.base_url


@contextlib.asynccontextmanager
async def client(way: str, base_url: str) -> AsyncIterator[Client]:
    """Start one who asks; the first question is not measured."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(CLIENT), way, base_url,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=LONGEST_LINE,
    )  # fmt: skip
    try:
        asking = Client(process)
        await asking.do("ask", "Hello. [[ttft=0 tokens=5]]")
        yield asking
    finally:
        assert process.stdin is not None
        process.stdin.close()
        async with asyncio.timeout(ENDING_SECONDS):
            await process.wait()


async def last_ended(claude: LoopbackClaude) -> Record:
    """Return the record of the last request once it has ended."""
    while (record := claude.requests[-1]).ended is None:
        await asyncio.sleep(0.001)
    return record
