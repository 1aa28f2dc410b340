"""What Redis says of its memory: how much it has, and whether it may throw away what it keeps when that is used up.

A turn, a log or a quota that Redis evicts is lost without a word. So an operator is told, at the start and while it
runs; the cache serves all the same (docs/cache.md says why).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from parley_cache.store.redis.link import AWAY, Link
from parley_kit.faults import Fault

_log = logging.getLogger(__name__)

INTERVAL = 15.0
"""How often Redis is asked, in seconds."""

EVICTING = "allkeys-"
"""How the names of those policies begin that may evict any key; the others spare what has no time to live, as all of ours."""

UNKNOWN = "unknown"
"""The policy where nobody tells it."""


@dataclass(frozen=True, slots=True)
class Memory:
    """In bytes; `most` 0: not bounded."""

    used: int
    most: int
    policy: str

    @property
    def evicts(self) -> bool:
        """Whether what the cache keeps may be thrown away."""
        return self.policy.startswith(EVICTING)


def memory_of(info: bytes) -> Memory:
    """Read the answer to INFO memory."""
    told = dict(line.split(":", 1) for line in info.decode().splitlines() if ":" in line)
    return Memory(int(told["used_memory"]), int(told.get("maxmemory", 0)), told.get("maxmemory_policy", UNKNOWN))


class MemoryWatch:
    """Asks now and then, tells each answer to `told` and a change of the policy to the log."""

    def __init__(self, link: Link, told: Callable[[Memory | None], None]) -> None:
        self._link = link
        self._told = told
        self._next = float("-inf")
        self._policy = ""

    async def look(self) -> None:
        """Ask if it is time to. Raises Unavailable when Redis is away."""
        if time.monotonic() < self._next:
            return
        memory = await self._asked()
        self._next = time.monotonic() + INTERVAL
        self._told(memory)
        self._note(memory)

    async def _asked(self) -> Memory | None:
        """Return what Redis tells; None where it does not let this user ask."""
        try:
            return memory_of(await self._link.ask(("INFO", "memory")))
        except Fault as fault:
            if fault is AWAY:
                raise
            return None

    def _note(self, memory: Memory | None) -> None:
        policy = memory.policy if memory is not None else UNKNOWN
        if policy == self._policy:
            return
        self._policy = policy
        if policy == UNKNOWN:
            _log.warning("redis.policy_unknown", extra={"cure": "ACL SETUSER <user> +info"})
        elif memory is not None and memory.evicts:
            _log.warning("redis.evicts", extra={"policy": policy, "cure": "CONFIG SET maxmemory-policy noeviction"})
