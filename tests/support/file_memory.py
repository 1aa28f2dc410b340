"""A program: what the gateway's memory grows by while turns hold as many bytes of files as may be at once.

It fetches them from a server of another process and asks an executor with them, as the gateway does, and writes the greatest
growth of its memory in bytes. Arguments: the base URL of the files; the executor's address.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta
from pathlib import Path

from opentelemetry import trace

import parley_gateway.app  # noqa: F401 — what a gateway imports is in memory before
from parley_gateway.attachments import Bounds
from parley_gateway.clients.executor import ExecutorClient
from parley_gateway.discord.downloads import HELD, Downloads
from parley_gateway.model import Attachment, Line, Paper, Request, Speaker
from parley_kit.channel import Channels
from parley_kit.metrics import Metrics

PAPER = Bounds().paper
TOGETHER = HELD // PAPER


def peak() -> int:
    """Return the most memory that this process ever had, in bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


async def turn(number: int, downloads: Downloads, executors: ExecutorClient, base: str, address: str) -> None:
    file = Attachment(str(number), "1", "a.pdf", "application/pdf", PAPER, f"{base}/{number}")
    async with downloads.room(PAPER):
        content = (await downloads.fetch("1", {file: PAPER}))[file]
        assert isinstance(content, bytes)
        line = Line(Speaker.USER, "What is this?", (Paper(file.filename, content),))
        request = Request(str(number), "c", "m", ("s",), (line,), 100, timedelta(minutes=1))
        execution = executors.execute(address, request)
        try:
            async for _ in execution:
                pass
        finally:
            execution.cancel()


async def main(base: str, address: str) -> int:
    downloads = Downloads(None, None, base)  # type: ignore[arg-type]  # nothing is asked of Discord itself
    channels = Channels(trace.get_tracer("memory"), Metrics("gateway", "0"))
    before = peak()
    async with asyncio.TaskGroup() as tasks:
        for number in range(2 * TOGETHER):
            tasks.create_task(turn(number, downloads, ExecutorClient(channels), base, address))
    await downloads.close()
    await channels.close()
    return peak() - before


if __name__ == "__main__":
    sys.stdout.write(str(asyncio.run(main(*sys.argv[1:]))))
