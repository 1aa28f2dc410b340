"""Work apart: what a failed TaskGroup leaves on its task does not stay with who goes on."""

from __future__ import annotations

import asyncio

import pytest

from parley_kit.apart import apart


async def _group_that_fails() -> None:
    async def fail() -> None:
        raise OSError

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(fail())
        tasks.create_task(asyncio.Event().wait())


async def _cancelled_marks() -> int:
    task = asyncio.current_task()
    assert task is not None
    return task.cancelling()


async def test_a_timeout_after_a_failed_group_is_a_timeout() -> None:
    with pytest.raises(ExceptionGroup):
        await apart(_group_that_fails())
    assert await _cancelled_marks() == 0
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await asyncio.Event().wait()


async def test_the_work_ends_before_its_cancelled_caller() -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        try:
            begun.set()
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            ended.set()

    caller = asyncio.create_task(apart(work()))
    await begun.wait()
    caller.cancel()
    await asyncio.wait([caller])
    assert caller.cancelled()
    assert ended.is_set()
