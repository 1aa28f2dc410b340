"""A mend of hikari 2.7.0, whose rate limiter can stop the whole process for up to a bucket's period.

`WindowedBurstRateLimiter.throttle` sleeps until a bucket's window ends and then lets the next calls go. Where the end of the
window is only guessed (`RESTBucket._out_of_sync`) and the answer that would tell is still on its way, the bucket is neither
free nor has a time to wait for: the loop then turns without ever giving way, so that the answer cannot be read either, until
one period has passed. Met with 125 busy channels and a loaded Discord: gateways stood still for 5 s at a time, held turns
lapsed, and the crowd came back. Here the loop gives way. Not needed once `tests/unit/gateway/test_throttle.py` says so.
"""

from __future__ import annotations

import asyncio
import time

import hikari.impl.rate_limits as hikari_limits

HIKARIS = hikari_limits.WindowedBurstRateLimiter.throttle
GIVE_WAY = 0.02
"""How long to wait for the answer that tells, in seconds: short beside a period of a second and more."""


async def throttle(bucket: hikari_limits.WindowedBurstRateLimiter) -> None:
    """Let waiting calls go when their window allows it, first come first served; hikari's own, but that it gives way."""
    while bucket.queue:
        wait = bucket.get_time_until_increase(time.time())
        if bucket.remaining <= 0:
            await asyncio.sleep(max(wait, GIVE_WAY))
        while bucket.remaining > 0 and bucket.queue:
            bucket.remaining -= 1
            bucket.queue.pop(0).set_result(None)
    bucket.throttle_task = None


def mend() -> None:
    """Put it in hikari's place, for all buckets of this process."""
    setattr(hikari_limits.WindowedBurstRateLimiter, "throttle", throttle)  # noqa: B010 — a method is replaced, which no type knows
