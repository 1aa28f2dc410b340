"""The rival for stored answers: a LiteLLM proxy from PyPI in an environment of its own, with two workers and our Redis."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web

HOME = Path(__file__).parents[1] / "build" / "litellm"
TICKS = os.sysconf("SC_CLK_TCK")
WORKERS = 2
READY_SECONDS = 240.0
_ASKED = {"model": "fake", "messages": [{"role": "user", "content": "What is a log?"}]}


class UnavailableError(Exception):
    """It did not install or start."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy that answers from its Redis; `asked` tells how often its upstream was needed."""

    url: str
    session: int
    http: aiohttp.ClientSession
    asked: list[float]

    async def hit(self) -> float:
        """Return the seconds until a stored completion is there."""
        began = time.perf_counter()
        async with self.http.post(f"{self.url}/v1/chat/completions", json=_ASKED) as response:
            body = await response.json()
            if response.status != 200:
                raise UnavailableError(body)
        return time.perf_counter() - began

    def cpu_seconds(self) -> float:
        """Return what all its processes have worked so far."""
        return sum(_worked(stat, self.session) for stat in Path("/proc").glob("[0-9]*/stat"))


def _worked(stat: Path, session: int) -> float:
    try:
        fields = stat.read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS if int(fields[3]) == session else 0.0


async def _run(*words: str) -> None:
    process = await asyncio.create_subprocess_exec(*words, env={**os.environ, "VIRTUAL_ENV": str(HOME)})
    if await process.wait() != 0:
        raise UnavailableError(" ".join(words))


async def install() -> None:
    """Make its environment, if it is not there."""
    if (HOME / "bin" / "litellm").exists():
        return
    uv = str(Path(sys.executable).with_name("uv"))
    await _run(uv, "venv", "--quiet", "--python", sys.executable, str(HOME))
    await _run(uv, "pip", "install", "--quiet", "litellm[proxy]")


@contextlib.asynccontextmanager
async def _upstream(answer: str, asked: list[float]) -> AsyncIterator[str]:
    """Serve a completion as OpenAI's interface has it."""

    async def complete(_request: web.Request) -> web.Response:
        asked.append(time.time())
        choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": answer}}
        usage = {"prompt_tokens": 8, "completion_tokens": 250, "total_tokens": 258}
        body = {"id": "c", "object": "chat.completion", "created": 1, "model": "fake", "choices": [choice]}
        return web.json_response({**body, "usage": usage})

    app = web.Application()
    app.router.add_post("/v1/chat/completions", complete)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    finally:
        await runner.cleanup()


def _config(upstream: str, redis_url: str) -> str:
    """Return its configuration; JSON is YAML."""
    redis = urlsplit(redis_url)
    parameters = {"model": "openai/fake", "api_base": upstream, "api_key": "none"}
    cache = {"type": "redis", "host": redis.hostname, "port": redis.port, "ttl": 3600}
    return json.dumps(
        {
            "model_list": [{"model_name": "fake", "litellm_params": parameters}],
            "litellm_settings": {"cache": True, "cache_params": cache, "telemetry": False},
        }
    )


@contextlib.asynccontextmanager
async def proxy(redis_url: str, answer: str) -> AsyncIterator[Proxy]:
    """Run it until the block is left; the answer is stored already. Raises UnavailableError."""
    await install()
    asked: list[float] = []
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    async with _upstream(answer, asked) as upstream, aiohttp.ClientSession() as http:
        (HOME / "config.yaml").write_text(_config(upstream, redis_url))
        words = [str(HOME / "bin" / "litellm"), "--config", str(HOME / "config.yaml"), "--host", "127.0.0.1"]
        with (HOME / "log").open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                *words, "--port", str(port), "--num_workers", str(WORKERS), start_new_session=True,
                stdout=log, stderr=log, env={**os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_LOG": "ERROR"},
            )  # fmt: skip
        try:
            found = Proxy(f"http://127.0.0.1:{port}", process.pid, http, asked)
            await _ready(found)
            yield found
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            await process.wait()


async def _ready(found: Proxy) -> None:
    try:
        async with asyncio.timeout(READY_SECONDS):
            while True:
                with contextlib.suppress(aiohttp.ClientError, UnavailableError):
                    await found.hit()
                    return
                await asyncio.sleep(0.5)
    except TimeoutError:
        raise UnavailableError(f"not ready within {READY_SECONDS:.0f} s; see {HOME / 'log'}") from None
