"""The Redis of two caches stands still, comes back or has forgotten, in the middle of many replies; none is harmed."""

from __future__ import annotations

import asyncio
import shutil
import signal
from dataclasses import dataclass
from pathlib import Path

from support.crowd import CACHES, Crowd, idle, two_of_each
from support.system import PATIENCE, System

from parley_sandbox.children import Child

UP = "parley_redis_up"
LEASE = 5.0
ATTEMPTS = 2
"""Of one reply, where the contract allows another: its leader may be taken for gone."""


@dataclass(frozen=True, slots=True)
class Redis:
    """The Redis of a running system, and the folder of all that it keeps."""

    parley: System

    @property
    def _child(self) -> Child:
        return self.parley.stack.children["redis"]

    @property
    def folder(self) -> Path:
        argv = self._child.spec.argv
        return Path(argv[argv.index("--dir") + 1])

    def keep(self, where: Path) -> None:
        """Copy what it would find again if it crashed now."""
        shutil.copytree(self.folder, where)

    async def crash(self, found: Path | None = None) -> None:
        """Kill it and start it with what `found` holds; None: with nothing at all."""
        await self._child.kill()
        shutil.rmtree(self.folder)
        if found is None:
            self.folder.mkdir()
        else:
            shutil.copytree(found, self.folder)
        await self._child.restart()

    async def restart(self) -> None:
        """End it as an operator does, and start it again; it keeps all."""
        await self._child.restart()

    def stand_still(self) -> None:
        self._child.send(signal.SIGSTOP)

    async def missed(self) -> None:
        """Wait until both caches know that it does not answer."""
        async with asyncio.timeout(PATIENCE):
            while any([await self.parley.metric(cache, UP) for cache in CACHES]):  # noqa: ASYNC110 — HTTP
                await asyncio.sleep(0.05)

    def go_on(self) -> None:
        self._child.send(signal.SIGCONT)


async def test_the_store_restarts_in_mid_reply_and_every_reply_is_whole_once(crowd: Crowd) -> None:
    crowd.ask(same=8, others=3, long=1)
    await crowd.shown()
    await Redis(crowd.parley).restart()
    assert crowd.in_mid_stream
    assert await crowd.wrong() == []
    assert crowd.attempts() == crowd.once


async def test_the_store_crashes_and_forgets_all_in_mid_reply_and_every_reply_is_whole_once(crowd: Crowd) -> None:
    crowd.ask(same=8, others=3, long=1)
    await crowd.shown()
    await Redis(crowd.parley).crash()
    assert crowd.in_mid_stream
    assert await crowd.wrong() == []
    assert crowd.attempts() == crowd.once


async def test_the_store_crashes_and_loses_its_tail_in_mid_reply_and_every_reply_is_whole_once(
    crowd: Crowd, tmp_path: Path
) -> None:
    """Of what was asked before, it finds less text than there is; what was asked after, it does not know at all."""
    redis = Redis(crowd.parley)
    crowd.ask(same=6, others=2, long=1)
    await crowd.shown()
    redis.keep(tmp_path / "kept")
    crowd.ask(same=4, others=2)
    await crowd.shown(200)
    await redis.crash(tmp_path / "kept")
    assert crowd.in_mid_stream
    assert await crowd.wrong() == []
    assert crowd.attempts() == crowd.once


async def test_the_store_forgets_all_and_then_each_cache_dies_and_every_reply_is_whole_once(crowd: Crowd) -> None:
    """Those who follow are still on their way back when the cache that they came to is lost."""
    crowd.ask(same=8, others=3, long=1)
    await crowd.shown()
    await Redis(crowd.parley).crash()
    for cache in CACHES:
        await crowd.parley.stack.children[cache].kill()
        await crowd.parley.stack.children[cache].restart()
    assert crowd.in_mid_stream
    assert await crowd.wrong() == []
    assert crowd.attempts() == crowd.once


async def test_the_store_stands_still_for_less_than_a_lease_and_nothing_is_asked_twice(crowd: Crowd) -> None:
    redis = Redis(crowd.parley)
    crowd.ask(same=8, others=3, long=1)
    await crowd.shown()
    redis.stand_still()
    await redis.missed()
    redis.go_on()
    assert crowd.in_mid_stream
    assert await crowd.wrong() == []
    assert crowd.attempts() == crowd.once


async def test_the_store_stands_still_for_longer_than_a_lease_and_every_reply_is_whole_once() -> None:
    """By then everybody may take everything over, but nobody sees that before the store is back: then all are there."""
    async with two_of_each(PARLEY_CACHE_LEASE=str(LEASE)) as parley:
        redis, crowd = Redis(parley), Crowd(parley)
        crowd.ask(same=8, others=3, long=1)
        await crowd.shown()
        redis.stand_still()
        await redis.missed()
        await asyncio.sleep(LEASE * 1.5)  # time is what is tested
        redis.go_on()
        assert await crowd.wrong() == []
        assert all(attempts <= ATTEMPTS for attempts in crowd.attempts().values())
        await parley.quiet()


async def test_a_reply_whose_end_the_store_forgot_still_stands_whole_once(tmp_path: Path) -> None:
    """Nobody holds it any more, so that it is found as an orphan, and begun once more in its message."""
    async with two_of_each(PARLEY_CACHE_LEASE=str(LEASE)) as parley:
        redis, crowd = Redis(parley), Crowd(parley)
        crowd.ask(same=4, others=4)
        await crowd.shown()
        redis.keep(tmp_path / "kept")
        assert await crowd.wrong() == []
        await parley.quiet()
        await redis.crash(tmp_path / "kept")
        await parley.until(lambda: crowd.attempts() == dict.fromkeys(crowd.texts, 2))
        await idle(parley)
        assert await crowd.wrong() == []
        assert crowd.attempts() == dict.fromkeys(crowd.texts, 2)
