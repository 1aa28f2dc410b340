from __future__ import annotations

import asyncio
from contextlib import aclosing

from parley_monitor.publisher import Publisher


async def test_a_watcher_sees_what_stands_at_once() -> None:
    publisher: Publisher[str] = Publisher()
    publisher.publish("first")
    async with aclosing(publisher.watch()) as watch:
        assert await anext(watch) == "first"


async def test_a_watcher_waits_for_the_first_value_and_for_each_after() -> None:
    publisher: Publisher[str] = Publisher()
    async with aclosing(publisher.watch()) as watch:
        for value in ("first", "second"):
            waiting = asyncio.ensure_future(anext(watch))
            await asyncio.sleep(0)
            assert not waiting.done()
            publisher.publish(value)
            assert await waiting == value


async def test_a_slow_watcher_skips_to_the_newest() -> None:
    publisher: Publisher[int] = Publisher()
    publisher.publish(0)
    async with aclosing(publisher.watch()) as watch:
        assert await anext(watch) == 0
        for value in range(1, 1000):
            publisher.publish(value)
        assert await anext(watch) == 999
        publisher.publish(1000)
        assert await anext(watch) == 1000


async def test_all_watchers_see_a_value_however_many_they_are() -> None:
    publisher: Publisher[str] = Publisher()
    watches = [publisher.watch() for _ in range(50)]
    waiting = [asyncio.ensure_future(anext(watch)) for watch in watches]
    await asyncio.sleep(0)
    publisher.publish("news")
    assert await asyncio.gather(*waiting) == ["news"] * 50
    for watch in watches:
        await watch.aclose()


async def test_the_end_wakes_and_ends_every_watch() -> None:
    publisher: Publisher[str] = Publisher()
    publisher.publish("only")

    async def collect() -> list[str]:
        return [value async for value in publisher.watch()]

    collecting = [asyncio.create_task(collect()) for _ in range(3)]
    await asyncio.sleep(0)
    publisher.close()
    assert await asyncio.gather(*collecting) == [["only"]] * 3
    assert await collect() == []


async def test_a_watcher_that_leaves_disturbs_nobody() -> None:
    publisher: Publisher[str] = Publisher()
    async with aclosing(publisher.watch()) as staying:
        stayed = asyncio.ensure_future(anext(staying))
        left = asyncio.ensure_future(anext(publisher.watch()))
        await asyncio.sleep(0)
        left.cancel()
        await asyncio.gather(left, return_exceptions=True)
        publisher.publish("news")
        assert await stayed == "news"
