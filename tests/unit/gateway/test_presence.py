from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any, cast

import hikari
import pytest

from parley_gateway.discord.presence import INTERVAL, LOOK_SECONDS, Presence
from parley_kit.clock import ManualClock


class Shard:
    """Shows what it is told, or loses its connection over it."""

    def __init__(self, lost: Exception | None = None) -> None:
        self.is_connected, self.lost = True, lost
        self.shown: list[str] = []

    async def update_presence(self, *, activity: hikari.Activity, status: hikari.Status) -> None:
        del status
        await asyncio.sleep(0)
        if (lost := self.lost) is not None:
            self.lost = None
            raise lost
        self.shown.append(activity.name)


@asynccontextmanager
async def shown_on(shards: dict[int, Shard], words: list[str]) -> AsyncIterator[ManualClock]:
    """Run it; words: the last one is how it stands."""
    clock = ManualClock()
    bot = cast("Any", SimpleNamespace(shards=shards))
    running = asyncio.create_task(Presence(bot, clock, lambda: (words[-1], False)).run())
    try:
        yield clock
        assert not running.done()
    finally:
        running.cancel()


async def test_what_changes_is_shown_but_not_more_often_than_discord_takes() -> None:
    shard, words = Shard(), ["normal"]
    async with shown_on({0: shard}, words) as clock:
        await clock.advance(LOOK_SECONDS)
        words += ["busy", "normal", "degraded"]
        await clock.advance(INTERVAL - 2 * LOOK_SECONDS)
        assert shard.shown == ["normal"]
        await clock.advance(2 * LOOK_SECONDS)
        assert shard.shown == ["normal", "degraded"]


async def test_a_new_session_is_told_though_nothing_changed() -> None:
    shard = Shard()
    async with shown_on({0: shard}, ["normal"]) as clock:
        await clock.advance(LOOK_SECONDS)
        shard.is_connected = False
        await clock.advance(LOOK_SECONDS)
        shard.is_connected = True
        await clock.advance(INTERVAL)
        assert shard.shown == ["normal", "normal"]


@pytest.mark.parametrize(
    "lost", [hikari.ComponentStateConflictError("closed"), ConnectionResetError("closing"), AssertionError()]
)
async def test_a_connection_that_goes_meanwhile_ends_nothing_and_is_told_later(lost: Exception) -> None:
    shard = Shard(lost)
    async with shown_on({0: shard}, ["normal"]) as clock:
        await clock.advance(LOOK_SECONDS + INTERVAL)
        assert shard.shown == ["normal"]


async def test_a_shard_that_starts_meanwhile_is_told_too() -> None:
    shards, later = {0: Shard()}, Shard()
    async with shown_on(shards, ["normal"]) as clock:
        await asyncio.sleep(0)
        shards[1] = later
        await clock.advance(2 * LOOK_SECONDS)
        assert later.shown == ["normal"]
