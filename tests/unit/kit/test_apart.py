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


async def test_who_is_cancelled_while_the_work_fails_does_not_go_on() -> None:
    """Python before 3.13 forgets that a TaskGroup was cancelled from outside when a child of it fails at that moment."""
    begun, broken, went_on = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def breaks() -> None:
        begun.set()
        await broken.wait()
        raise OSError

    async def work() -> None:
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(breaks())
        except* OSError:
            pass

    async def goes_on() -> None:
        await apart(work())
        went_on.set()

    caller = asyncio.create_task(goes_on())
    await begun.wait()
    broken.set()
    await asyncio.sleep(0)
    caller.cancel()
    await asyncio.wait([caller])
    assert caller.cancelled()
    assert not went_on.is_set()
