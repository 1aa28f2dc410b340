from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from parley_kit import semconv


@asynccontextmanager
async def process(**settings: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run the monitor as its users do; it is gone afterwards."""
    plain = {"LISTEN": "127.0.0.1:0", "METRICS_LISTEN": "127.0.0.1:0", "DRAIN_ANNOUNCE": "0", "INTERVAL": "0.1"}
    environment = {f"PARLEY_MONITOR_{name}": value for name, value in {**plain, **settings}.items()}
    started = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "parley_monitor",
        env={**os.environ, **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(30):
            yield started
    finally:
        if started.returncode is None:
            started.kill()
            await started.wait()


async def next_event(started: asyncio.subprocess.Process) -> dict[str, str]:
    assert started.stdout is not None
    event: dict[str, str] = json.loads(await started.stdout.readline())
    return event


async def test_it_says_in_one_line_what_it_serves_and_ends_well_when_told() -> None:
    async with process() as monitor:
        event = await next_event(monitor)
        assert event["event.name"] == "service.started"
        assert event["serves"].startswith("127.0.0.1:")
        assert event["waits_for"] == "reports"
        monitor.send_signal(signal.SIGTERM)
        assert [(await next_event(monitor))["event.name"] for _ in range(2)] == ["service.draining", "service.stopped"]
        assert await monitor.wait() == 0


async def test_a_taken_port_is_one_sentence_and_exit_code_2() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        async with process(LISTEN=address) as monitor:
            out, err = await monitor.communicate()
    assert monitor.returncode == 2
    assert out == b""
    (sentence,) = err.decode().splitlines()
    assert sentence.startswith(f"parley-monitor: cannot listen on {address}")


async def test_wrong_settings_are_told_together() -> None:
    async with process(INTERVAL="0", GRACE="-1") as monitor:
        _, err = await monitor.communicate()
    assert monitor.returncode == 2
    assert sorted(line.split(":")[1].strip() for line in err.decode().splitlines()) == [
        "PARLEY_MONITOR_GRACE",
        "PARLEY_MONITOR_INTERVAL",
    ]


async def test_silence_must_come_before_forgetting() -> None:
    async with process(INTERVAL="10", FORGET_AFTER="20") as monitor:
        _, err = await monitor.communicate()
    assert monitor.returncode == 2
    assert "PARLEY_MONITOR_FORGET_AFTER" in err.decode()


async def test_prometheus_reads_its_figures() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    async with process(METRICS_LISTEN=address) as monitor:
        await next_event(monitor)
        page, own = "", f'{semconv.REPORTS}{{outcome="accepted",service="monitor"}}'
        async with asyncio.timeout(30):
            while own not in page:  # its first look at itself comes with its first moment, not before it
                page = await asyncio.to_thread(read, f"http://{address}/metrics")
    assert semconv.CAPACITY_SLOTS in page
    assert f"{semconv.REPORT_AGE} " in page


def read(url: str) -> str:
    with urllib.request.urlopen(url, timeout=5) as answer:
        text: bytes = answer.read()
    return text.decode()
