"""hikari's rate limiter, before and after its mend."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import partial

from hikari.impl.buckets import RESTBucket
from hikari.impl.rate_limits import ManualRateLimiter, WindowedBurstRateLimiter
from hikari.internal.routes import GET_CHANNEL

from parley_gateway.discord import throttle

Throttle = Callable[[WindowedBurstRateLimiter], Awaitable[None]]
PERIOD = 0.05


def unsure() -> RESTBucket:
    """Make a bucket that is used up, whose window has just ended as far as was guessed, with an answer on its way."""
    bucket = RESTBucket("b", GET_CHANNEL.compile(channel=1), ManualRateLimiter(), 60.0)
    bucket.period, bucket.remaining, bucket.move_at = PERIOD, 0, time.time()
    bucket._out_of_sync = True
    return bucket


async def gives_way(work: Throttle) -> bool:
    """Tell whether others run while a call waits in such a bucket."""
    bucket, others_ran = unsure(), asyncio.Event()
    waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    bucket.queue.append(waiting)

    async def throttled() -> bool:
        await work(bucket)
        return others_ran.is_set()

    first = asyncio.create_task(throttled())
    await asyncio.sleep(0)
    others_ran.set()
    assert waiting.done() or not first.done()
    return await first


def _note(left: list[int], number: int, _: asyncio.Future[None]) -> None:
    left.append(number)


async def test_a_call_that_waits_for_an_unsure_bucket_lets_the_process_run() -> None:
    assert await gives_way(throttle.throttle)


async def test_the_mend_is_needed_as_long_as_this_passes() -> None:
    assert not await gives_way(throttle.HIKARIS)


async def test_calls_leave_in_their_order_when_the_answer_has_come() -> None:
    bucket, left = unsure(), list[int]()
    for number in range(3):
        waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiting.add_done_callback(partial(_note, left, number))
        bucket.queue.append(waiting)
    throttling = asyncio.create_task(throttle.throttle(bucket))
    await asyncio.sleep(0)
    bucket.limit = bucket.remaining = 3
    await throttling
    await asyncio.sleep(0)
    assert left == [0, 1, 2]
    assert bucket.throttle_task is None
