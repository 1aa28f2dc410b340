"""Real Redis servers and Sentinels on free loopback ports, without persistence; one line says how to get them."""

from __future__ import annotations

import contextlib
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from parley_sandbox.ports import free_ports

INSTALL = "apt-get install -y redis-server redis-sentinel openssl"
START_SECONDS = 10.0
MASTER = "parley"


def needed(program: str = "redis-server") -> str:
    """Return the program's path, or skip with the line that installs it."""
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is not installed: {INSTALL}")
    return found


def free_port() -> int:
    """Return a port that nobody listens at, nor is given to a connection that goes out."""
    return free_ports("127.0.0.1", [0])[0]


@dataclass
class Server:
    """A process that speaks Redis's protocol."""

    program: str
    port: int
    folder: Path
    options: Sequence[str] = ()
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it, or start it again on the same port; return once it answers."""
        self.process = subprocess.Popen(
            [self.program, *self.options], cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT
        )
        deadline = time.monotonic() + START_SECONDS
        while not self.listens():
            assert self.process.poll() is None, f"{self.program} ended: {self.options}"
            assert time.monotonic() < deadline, f"{self.program} does not listen"
            time.sleep(0.01)

    def listens(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True
        return False

    def signal(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def kill(self) -> None:
        """End it at once, as a crash does."""
        if self.process is not None:
            self.process.send_signal(signal.SIGCONT)
            self.process.kill()
            self.process.wait()
            self.process = None

    def say(self, *words: str) -> str:
        """Send one command over a connection of its own; return the first line of the answer."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as line:
            line.sendall(f"*{len(words)}\r\n".encode() + b"".join(_bulk(word) for word in words))
            return line.recv(65536).decode(errors="replace")


def _bulk(word: str) -> bytes:
    raw = word.encode()
    return b"$%d\r\n%s\r\n" % (len(raw), raw)


def _plain(port: int, *more: str) -> list[str]:
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--daemonize", "no"]
    return [*options, "--repl-diskless-sync-delay", "0", *more]


@contextlib.contextmanager
def redis_server(folder: Path, *more: str) -> Iterator[Server]:
    """Run a server that keeps nothing on disk; `more` are words of its configuration."""
    port = free_port()
    server = Server(needed(), port, folder, _plain(port, *more))
    server.start()
    try:
        yield server
    finally:
        server.kill()


DOWN_AFTER_MS = 3_000
"""A busy machine lets a living master be silent for half a second, and a failover that nobody asked for spoils a test."""


@dataclass
class Fleet:
    """A master, a replica, and the Sentinels that watch them."""

    servers: list[Server]
    sentinels: list[Server]

    @property
    def addresses(self) -> tuple[tuple[str, int], ...]:
        return tuple(("127.0.0.1", sentinel.port) for sentinel in self.sentinels)

    def master_port(self) -> int:
        """Return the port of the server that the Sentinels name."""
        answer = self.sentinels[0].say("SENTINEL", "get-master-addr-by-name", MASTER)
        return int(answer.split("\r\n")[4])

    def master(self) -> Server:
        return next(server for server in self.servers if server.port == self.master_port())

    def wait_for_replica(self) -> None:
        """Return once the Sentinels know a replica that is in step."""
        deadline = time.monotonic() + START_SECONDS
        while "slave0:" not in (told := self.master().say("INFO", "replication")) or "state=online" not in told:
            assert time.monotonic() < deadline, "no replica"
            time.sleep(0.02)
        while "num-slaves\r\n$1\r\n1" not in self.sentinels[0].say("SENTINEL", "master", MASTER):
            assert time.monotonic() < deadline, "the Sentinels see no replica"
            time.sleep(0.02)

    def wait_until_in_step(self) -> None:
        """Return once the replica has all that was written (WAIT would tell of the asking connection's writes only)."""
        deadline = time.monotonic() + START_SECONDS
        while not _in_step(self.master().say("INFO", "replication")):
            assert time.monotonic() < deadline, "the replica lags"
            time.sleep(0.02)

    def fail_over(self) -> None:
        """Let the Sentinels make the replica the master; return once they name it."""
        before = self.master_port()
        deadline = time.monotonic() + START_SECONDS
        while not (answer := self.sentinels[0].say("SENTINEL", "FAILOVER", MASTER)).startswith("+OK"):
            assert time.monotonic() < deadline, answer
            time.sleep(0.05)
        while self.master_port() == before:
            assert time.monotonic() < deadline, "no failover"
            time.sleep(0.01)


def _in_step(replication: str) -> bool:
    """Tell whether the replica's offset is the master's."""
    lines = dict(line.split(":", 1) for line in replication.split("\r\n") if ":" in line)
    replica = dict(part.split("=", 1) for part in lines["slave0"].split(","))
    return replica["offset"] == lines["master_repl_offset"]


@contextlib.contextmanager
def sentinel_fleet(folder: Path) -> Iterator[Fleet]:
    """Run a master, its replica and one Sentinel whose word suffices."""
    with contextlib.ExitStack() as stack:
        needed("redis-sentinel")
        master = stack.enter_context(redis_server(folder))
        replica = stack.enter_context(redis_server(folder, "--replicaof", "127.0.0.1", str(master.port)))
        sentinel = _sentinel(folder, master.port)
        sentinel.start()
        stack.callback(sentinel.kill)
        fleet = Fleet([master, replica], [sentinel])
        fleet.wait_for_replica()
        yield fleet


def _sentinel(folder: Path, master: int) -> Server:
    port = free_port()
    settings = folder / f"sentinel-{port}.conf"
    settings.write_text(
        f"port {port}\nbind 127.0.0.1\ndir {folder}\n"
        f"sentinel monitor {MASTER} 127.0.0.1 {master} 1\n"
        f"sentinel down-after-milliseconds {MASTER} {DOWN_AFTER_MS}\nsentinel failover-timeout {MASTER} 2000\n"
    )
    return Server(needed("redis-sentinel"), port, folder, [str(settings)])
