"""Services that are forks of one process which has imported them all.

To import a service takes one to two seconds of processor each time, and the end-to-end tests start hundreds. A fork has
it done: what runs from there on is `python -m parley_…` itself, in a process of its own, with its own environment.
`make run`, the images and the tests of how a service starts and of what it is given take a new interpreter each.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import runpy
import sys
from collections.abc import Mapping, Sequence
from io import TextIOWrapper
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess

from parley_sandbox.starters import Process, executed

SERVICES = ("gateway", "cache", "executor", "monitor")
_CONTEXT = multiprocessing.get_context("forkserver")
# Not their __main__: it is what a fork runs.
_CONTEXT.set_forkserver_preload([f"parley_{service}.app" for service in SERVICES])


class Forked:
    """A process that is the fork server's child, as asyncio's own would be."""

    def __init__(self, process: ForkServerProcess) -> None:
        self._process = process
        self._ended = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(process.sentinel, self._end)

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def send_signal(self, signal: int, /) -> None:
        if self.returncode is None:
            os.kill(self.pid, signal)

    async def wait(self) -> int:
        await self._ended.wait()
        assert self.returncode is not None
        return self.returncode

    def _end(self) -> None:
        self._loop.remove_reader(self._process.sentinel)
        self._ended.set()


async def forked(argv: Sequence[str], environment: Mapping[str, str], output: int) -> Process:
    """Start a service by a fork, and what is none as any program."""
    if tuple(argv[1:]) not in [("-m", f"parley_{service}") for service in SERVICES]:
        return await executed(argv, environment, output)
    with Connection(os.dup(output), readable=False) as said:
        process = _CONTEXT.Process(target=_become, args=(argv[2], dict(environment), said), daemon=True)
        process.start()
    return Forked(process)


def _become(module: str, environment: dict[str, str], said: Connection) -> None:
    """Be `python -m module`, in a session of its own."""
    os.setsid()
    for standard in (1, 2):
        os.dup2(said.fileno(), standard)
    said.close()
    os.environ.clear()
    os.environ.update(environment)
    for stream in (sys.stdout, sys.stderr):
        assert isinstance(stream, TextIOWrapper)
        stream.reconfigure(write_through=True)
    sys.argv = [module]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
