"""Work that may fail in a TaskGroup, for a task that goes on afterwards.

When a child of a TaskGroup fails, Python before 3.13 leaves the group's own task marked as being cancelled. Before
3.11.3 (Debian 12 has 3.11.2) each later `asyncio.timeout` of that task then lets its CancelledError through instead
of raising TimeoutError, and the task ends without a word: a loop that reconnects, for one. Work that runs in a task
of its own takes the mark with it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def apart(work: Coroutine[Any, Any, T]) -> T:
    """Run work in a task of its own and return what it returns; cancelling the caller cancels it and waits for its end."""
    return await asyncio.create_task(work)
