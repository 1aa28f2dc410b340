from __future__ import annotations

import asyncio

import pytest

from parley_executor.engines.port import Delta, EngineError, Finished, Started
from parley_executor.joining import Joiner
from parley_executor.mailbox import Mailbox
from parley_executor.model import Usage
from parley_executor.reasons import Reason
from parley_kit.clock import settle

STARTED = Started("claude-sonnet-5", "msg_1")
FINISHED = Finished("end_turn", Usage())
LONG = 1e6


async def test_what_is_put_comes_out_in_its_order_with_one_end() -> None:
    mailbox = Mailbox(Joiner(window=0.0, size=100))
    for event in (STARTED, Delta("a"), FINISHED):
        await mailbox.put(event)
    assert [await mailbox.take() for _ in range(3)] == [STARTED, Delta("a"), FINISHED]


async def test_the_first_text_never_waits() -> None:
    mailbox = Mailbox(Joiner(window=LONG, size=100))
    reading = asyncio.create_task(mailbox.take())
    await settle()
    await mailbox.put(Delta("first"))
    assert await asyncio.wait_for(reading, 5) == Delta("first")


async def test_later_text_is_joined_until_the_window_ends() -> None:
    mailbox = Mailbox(Joiner(window=0.25, size=100))
    await mailbox.put(Delta("first"))
    begin = asyncio.get_running_loop().time()
    assert await mailbox.take() == Delta("first")
    reading = asyncio.create_task(mailbox.take())
    await settle()
    for piece in ("a", "b", "c"):
        await mailbox.put(Delta(piece))
        await settle()
    assert not reading.done()
    assert await reading == Delta("abc")
    assert asyncio.get_running_loop().time() - begin >= 0.25


@pytest.mark.parametrize("end", [FINISHED, EngineError(Reason.STREAM_BROKEN)])
async def test_an_end_waits_for_no_window_and_comes_after_all_text(end: Finished | EngineError) -> None:
    mailbox = Mailbox(Joiner(window=LONG, size=100))
    await mailbox.put(Delta("first"))
    await mailbox.take()
    await mailbox.put(Delta("rest"))
    reading = asyncio.create_task(mailbox.take())
    await settle()
    await mailbox.put(end)
    assert await asyncio.wait_for(reading, 5) == Delta("rest")
    assert await mailbox.take() is end


async def test_a_slow_reader_holds_the_writer_back_and_loses_nothing() -> None:
    mailbox = Mailbox(Joiner(window=0.0, size=10))
    put = 0

    async def write() -> None:
        nonlocal put
        for _ in range(100):
            await mailbox.put(Delta("12345"))
            put += 1
        await mailbox.put(FINISHED)

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(write())
        await settle()
        assert put == 2
        read = ""
        while isinstance(event := await mailbox.take(), Delta):
            assert len(event.text) <= 15
            read += event.text
    assert read == "12345" * 100


async def test_a_full_box_is_read_before_its_window_ends() -> None:
    mailbox = Mailbox(Joiner(window=LONG, size=4))
    await mailbox.put(Delta("a"))
    await mailbox.take()
    await mailbox.put(Delta("bcde"))
    assert await asyncio.wait_for(mailbox.take(), 5) == Delta("bcde")
