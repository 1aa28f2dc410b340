"""The rival of C1: LiteLLM's proxy from PyPI, two workers, its answers stored in the Redis of the stand.

It lives in an environment of its own under build/, never among the project's dependencies; its upstream is the loopback
Claude. It gets no database, no key check beyond its master key, and no callbacks: only the look-up is compared.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import orjson
from cache_stand import Stand
from machine import family, worked

from parley_sandbox.anthropic import LoopbackClaude
from parley_sandbox.ports import free_ports

VERSION = "1.106.2"
WORKERS = 2
HOME = Path(__file__).parent.parent / "build" / "litellm"
KEY = "sk-loopback"
START_SECONDS = 240.0
INSTALL_SECONDS = 300.0
QUESTION = "What is a log? [[ttft=0 tps=1000 tokens=250 text=prose]]"


class CannotInstallError(Exception):
    """The package index does not give it."""


@dataclass(frozen=True, slots=True)
class Rival:
    """A proxy that has stored one answer."""

    session: aiohttp.ClientSession
    url: str
    parent: int

    async def ask(self) -> float:
        """Return the seconds until the stored answer is there; not as a stream, which costs it less."""
        body = {"model": "claude", "messages": [{"role": "user", "content": QUESTION}]}
        began = time.perf_counter()
        async with self.session.post(f"{self.url}/v1/chat/completions", json=body) as answer:
            found = orjson.loads(await answer.read())
        took = time.perf_counter() - began
        assert found["choices"][0]["message"]["content"]
        return took

    def kin_seconds(self) -> float:
        """Return what its workers have worked so far, who die with it and are nobody's children then."""
        return sum(worked(pid) for pid in family(self.parent)[1:])

    def cpu_seconds(self) -> float:
        """Return what the proxy and its workers have worked so far."""
        return sum(worked(pid) for pid in family(self.parent))


def install() -> Path:
    """Return the proxy's program, after installing it if need be. Raises CannotInstallError."""
    program = HOME / "bin" / "litellm"
    uv = Path(sys.executable).parent / "uv"
    try:
        if not program.exists():
            subprocess.run([uv, "venv", "--quiet", HOME], check=True, timeout=INSTALL_SECONDS)
        python = ["--python", str(HOME / "bin" / "python")]
        wanted = f"litellm[proxy]=={VERSION}"
        subprocess.run(
            [uv, "pip", "install", "--quiet", "--compile-bytecode", *python, wanted],
            check=True,
            timeout=INSTALL_SECONDS,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise CannotInstallError(type(error).__name__) from None
    return program


@contextlib.asynccontextmanager
async def rival(stand: Stand) -> AsyncIterator[Rival]:
    """Run the proxy on the stand's Redis, with an answer stored. Raises CannotInstallError."""
    program = await asyncio.to_thread(install)
    claude = LoopbackClaude()
    async with contextlib.AsyncExitStack() as stack:
        upstream = await stack.enter_async_context(claude.serve())
        config = HOME / "config.yaml"
        config.write_bytes(orjson.dumps(_config(upstream.base_url, stand.url)))
        (port,) = free_ports("127.0.0.1", [0])
        words = ["--config", str(config), "--host", "127.0.0.1", "--port", str(port), "--num_workers", str(WORKERS)]
        quiet = {"LITELLM_LOG": "ERROR", "LITELLM_LOCAL_MODEL_COST_MAP": "True", "DO_NOT_TRACK": "1"}
        parent = await stack.enter_async_context(_session([str(program), *words], quiet))
        headers = {"Authorization": f"Bearer {KEY}"}
        session = await stack.enter_async_context(aiohttp.ClientSession(headers=headers))
        found = Rival(session, f"http://127.0.0.1:{port}", parent)
        await _stored(found, claude)
        yield found


@contextlib.asynccontextmanager
async def _session(words: list[str], environment: dict[str, str]) -> AsyncIterator[int]:
    """Run a program and all that it begins in a session of its own, and end that."""
    quiet = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(
        *words, env={**os.environ, **environment}, stdout=quiet, stderr=quiet, start_new_session=True
    )
    try:
        yield process.pid
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


def _config(claude_url: str, redis_url: str) -> dict[str, object]:
    """Return its settings; JSON is YAML too."""
    redis = urlsplit(redis_url)
    target = {"model": "anthropic/claude-sonnet-5", "api_base": claude_url, "api_key": "loopback"}
    cache = {"type": "redis", "host": redis.hostname, "port": redis.port, "ttl": 3600}
    return {
        "model_list": [{"model_name": "claude", "litellm_params": target}],
        "litellm_settings": {"cache": True, "cache_params": cache, "telemetry": False},
        "general_settings": {"master_key": KEY},
    }


async def _stored(found: Rival, claude: LoopbackClaude) -> None:
    """Ask until answers come without Claude."""
    async with asyncio.timeout(START_SECONDS):
        while True:
            before = len(claude.requests)
            with contextlib.suppress(aiohttp.ClientError, KeyError):
                await found.ask()
                if before and len(claude.requests) == before:
                    return
            await asyncio.sleep(0.2)
