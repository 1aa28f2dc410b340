from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest

from parley_gateway.addressing import Rules
from parley_gateway.claims import Posted, PostedKind
from parley_gateway.deletions import AGAIN, Deletions
from parley_gateway.memory import Removed
from parley_kit.clock import ManualClock
from parley_kit.faults import Fault, NotFound, Unavailable

ANSWER = (Posted(PostedKind.PAGE, 0, "40"), Posted(PostedKind.PAGE, 1, "41"))


class Cache:
    """Knows one question, or is away."""

    def __init__(self, known: str = "", fault: Fault | None = None) -> None:
        self.known, self.fault = known, fault
        self.asked: list[str] = []

    async def remove(self, turn_id: str, by: str) -> Removed:
        del by
        self.asked.append(turn_id)
        if self.fault is not None:
            raise self.fault
        if turn_id != self.known:
            raise NotFound("NO_SUCH_TURN", "There is no such turn.")
        return Removed(ANSWER, 1)


class Channel:
    """Holds no turn, and notes what is removed."""

    def __init__(self) -> None:
        self.removed: list[str] = []

    def withdraw(self, message_ids: frozenset[str]) -> None:
        del message_ids

    async def remove(self, channel_id: str, message_id: str) -> None:
        del channel_id
        self.removed.append(message_id)


async def rules() -> Rules:
    return Rules("99")


def deletions(cache: Cache, channel: Channel, clock: ManualClock) -> Deletions:
    return Deletions(cast("Any", channel), cast("Any", cache), cast("Any", channel), rules, clock)


async def test_of_many_deleted_messages_the_answer_of_the_one_that_asked_goes() -> None:
    channel = Channel()
    await deletions(Cache("9"), channel, ManualClock()).deleted("20", ("7", "8", "9"))
    assert channel.removed == ["40", "41"]


async def test_while_the_cache_is_away_that_is_told_once_not_for_each_message(
    caplog: pytest.LogCaptureFixture,
) -> None:
    cache = Cache(fault=Unavailable("UNAVAILABLE", "away"))
    await deletions(cache, Channel(), ManualClock()).deleted("20", map(str, range(100)))
    assert [record.message for record in caplog.records] == ["deletion.not_told"]
    assert len(cache.asked) == 1


async def test_what_the_cache_could_not_be_told_is_told_when_it_is_back() -> None:
    cache, channel, clock = Cache("9", Unavailable("UNAVAILABLE", "away")), Channel(), ManualClock()
    kept = deletions(cache, channel, clock)
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(kept.run())
        await kept.deleted("20", ("9",))
        await clock.advance(3 * AGAIN)
        assert len(cache.asked) == 4
        cache.fault = None
        await clock.advance(AGAIN)
        assert channel.removed == ["40", "41"]
        await clock.advance(3 * AGAIN)
        assert len(cache.asked) == 5, "and not again"
        running.cancel()
