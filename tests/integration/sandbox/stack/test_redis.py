import asyncio
import os
import sys
from pathlib import Path

import pytest
from redis.asyncio import Redis
from support.redis_server import needed

from parley_sandbox.children import Child
from parley_sandbox.ports import free_ports
from parley_sandbox.redis import MissingProgramError, local_redis


async def test_what_it_keeps_outlives_its_process(tmp_path: Path) -> None:
    needed()
    (port,) = free_ports("127.0.0.1", [0])
    async with asyncio.TaskGroup() as tasks:
        child = Child(local_redis("127.0.0.1", port, tmp_path), tasks, lambda _name, _line: None, lambda _death: None)
        await child.restart(10)
        async with Redis(port=port) as client:
            assert await client.set("a", "b")
        await child.kill()
        await child.restart(10)
        async with Redis(port=port) as client:
            assert await client.get("a") == b"b"
        await child.terminate()


def test_without_redis_server_a_sentence_says_what_installs_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingProgramError, match="apt-get install redis-server"):
        local_redis("127.0.0.1", 1, tmp_path)


async def test_up_without_redis_server_ends_with_2_and_starts_nothing(tmp_path: Path) -> None:
    environment = os.environ | {"PATH": str(tmp_path), "PARLEY_SANDBOX_REDIS": "local", "PARLEY_SANDBOX_PORT": "0"}
    pipe = asyncio.subprocess.PIPE
    argv = (sys.executable, "-m", "parley_sandbox", "up")
    process = await asyncio.create_subprocess_exec(*argv, env=environment, stdout=pipe, stderr=pipe)
    out, err = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 2
    assert "apt-get install redis-server" in err.decode()
    assert b"ready" not in out
