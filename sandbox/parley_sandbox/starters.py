"""How a child's process comes to be; whoever has a quicker way than a new interpreter each brings its own."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol


class Process(Protocol):
    """A process in a session of its own, as asyncio's is: that has an id, takes signals, and ends."""

    @property
    def pid(self) -> int: ...

    @property
    def returncode(self) -> int | None:
        """Its exit code (negative: the signal); None while it runs."""

    def send_signal(self, signal: int, /) -> None: ...

    async def wait(self) -> int:
        """Wait until it is gone; return its exit code."""


Starter = Callable[[Sequence[str], Mapping[str, str], int], Awaitable[Process]]
"""Takes the words of the command, the whole environment, and the descriptor that all output goes to."""


async def executed(argv: Sequence[str], environment: Mapping[str, str], output: int) -> Process:
    """Start a program of its own, as Kubernetes does."""
    return await asyncio.create_subprocess_exec(
        *argv,
        env=dict(environment),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=output,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
