import asyncio
import os
import shutil
import sys
from pathlib import Path

import pytest

from parley_sandbox.children import Child
from parley_sandbox.ports import free_ports
from parley_sandbox.redis import PROGRAM, MissingProgramError, local_redis

needs_redis = pytest.mark.skipif(shutil.which(PROGRAM) is None, reason="apt-get install redis-server")


async def _ask(port: int, *words: str) -> bytes:
    """One command in Redis's own protocol."""
    reading, writing = await asyncio.open_connection("127.0.0.1", port)
    writing.write(f"*{len(words)}\r\n".encode() + b"".join(f"${len(word)}\r\n{word}\r\n".encode() for word in words))
    answer = await reading.readline()
    if answer.startswith(b"$") and answer != b"$-1\r\n":
        answer = await reading.readline()
    writing.close()
    await writing.wait_closed()
    return answer.strip()


@needs_redis
async def test_what_it_keeps_outlives_its_process(tmp_path: Path) -> None:
    (port,) = free_ports("127.0.0.1", [0])
    async with asyncio.TaskGroup() as tasks:
        child = Child(local_redis("127.0.0.1", port, tmp_path), tasks, lambda _name, _line: None, lambda _death: None)
        await child.restart(10)
        assert await _ask(port, "SET", "a", "b") == b"+OK"
        await child.kill()
        await child.restart(10)
        assert await _ask(port, "GET", "a") == b"b"
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
