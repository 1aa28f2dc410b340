"""Bounded waits on a clock that a test can move."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from parley_kit.clock import Clock

T = TypeVar("T")


class Overdue(Exception):  # noqa: N818 — it is no error: the time is over
    """What was waited for did not come in time."""


async def guarded(work: Coroutine[Any, Any, T], guard: Coroutine[Any, Any, None]) -> T:
    """Return what `work` returns; what `guard` raises ends it. Both have ended when this returns."""
    working, guarding = asyncio.ensure_future(work), asyncio.ensure_future(guard)
    try:
        await asyncio.wait({working, guarding}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            guarding.result()
        return await working
    finally:
        await ended(working, guarding)


async def within(future: asyncio.Future[T], seconds: float, clock: Clock) -> T:
    """Return a future's result if it comes within so many seconds, else raise Overdue; the future goes on."""

    async def wait() -> T:
        return await asyncio.shield(future)

    return await guarded(wait(), _expire(seconds, clock))


async def either(event: asyncio.Event, seconds: float, clock: Clock) -> None:
    """Wait for an event, or so long."""
    waiting = [asyncio.ensure_future(event.wait()), asyncio.ensure_future(clock.sleep(seconds))]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await ended(*waiting)


async def ended(*tasks: asyncio.Future[Any]) -> None:
    """Cancel tasks and wait until they have ended; what they raise was raised before, or is of no interest."""
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)


async def _expire(seconds: float, clock: Clock) -> None:
    await clock.sleep(seconds)
    raise Overdue
