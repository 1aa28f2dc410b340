"""Work that may fail in a TaskGroup, for a task that goes on afterwards.

When a child of a TaskGroup fails, Python before 3.13 leaves the group's own task marked as being cancelled. Before
3.11.3 (Debian 12 has 3.11.2) each later `asyncio.timeout` of that task then lets its CancelledError through instead
of raising TimeoutError, and the task ends without a word: a loop that reconnects, for one. Work that runs in a task
of its own takes the mark with it.

And when a TaskGroup is cancelled from outside at the moment at which a child of it fails, Python before 3.13 forgets the
cancellation: the group raises what the child did, and who goes on after that is never ended. The caller's own task still
has the count.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def apart(work: Coroutine[Any, Any, T]) -> T:
    """Run work in a task of its own and return what it returns; cancelling the caller cancels it and waits for its end.

    Who was cancelled meanwhile does not go on, whatever the work makes of it.
    """
    before = _cancels()
    try:
        return await asyncio.create_task(work)
    finally:
        if _cancels() > before:
            raise asyncio.CancelledError


def _cancels() -> int:
    """Return how often the current task was cancelled and has not taken it back."""
    task = asyncio.current_task()
    return task.cancelling() if task is not None else 0
