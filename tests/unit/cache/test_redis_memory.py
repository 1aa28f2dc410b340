from __future__ import annotations

import pytest

from parley_cache.store.redis.memory import Memory, memory_of


def test_what_redis_tells_of_its_memory_is_read() -> None:
    info = b"# Memory\r\nused_memory:1048576\r\nused_memory_human:1.00M\r\nmaxmemory:2048\r\nmaxmemory_policy:noeviction\r\n"
    assert memory_of(info) == Memory(1048576, 2048, "noeviction")


@pytest.mark.parametrize(
    ("policy", "evicts"),
    [
        ("noeviction", False),
        ("volatile-lru", False),
        ("volatile-ttl", False),
        ("allkeys-lru", True),
        ("allkeys-random", True),
    ],
)
def test_only_policies_that_spare_keys_without_a_time_to_live_lose_nothing(policy: str, evicts: bool) -> None:
    assert Memory(1, 1, policy).evicts is evicts
