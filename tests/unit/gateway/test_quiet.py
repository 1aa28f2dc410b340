from __future__ import annotations

import time

import pytest
from hikari.impl.buckets import RESTBucketManager
from hikari.internal import routes

from parley_gateway.discord import quiet

SECRET = "aW50ZXJhY3Rpb24="


async def test_hikari_logs_no_token_of_an_interaction_when_its_limits_change(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    quiet.hush()
    route = routes.PATCH_INTERACTION_RESPONSE.compile(webhook=9, token=SECRET)
    buckets = RESTBucketManager(max_rate_limit=60)
    buckets.start()
    for limit, period in ((5, 5.0), (3, 60.0), (2, 1.0)):
        buckets.update_rate_limits(route, "Bot x", "bucket", limit - 1, limit, time.time() + period, period)
    await buckets.close()
    assert SECRET not in caplog.text
