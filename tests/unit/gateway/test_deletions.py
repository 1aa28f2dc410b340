from __future__ import annotations

from typing import Any, cast

import pytest

from parley_gateway.addressing import Rules
from parley_gateway.afterwards import Afterwards
from parley_gateway.claims import Posted, PostedKind
from parley_gateway.memory import Removed
from parley_gateway.places import CHANNEL
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


async def deleted(cache: Cache, *message_ids: str) -> Channel:
    channel = Channel()

    async def rules() -> Rules:
        return Rules("99")

    afterwards = Afterwards(
        cast("Any", channel),
        cast("Any", cache),
        cast("Any", channel),
        rules=rules,
        first=lambda _: True,
        place=lambda _: CHANNEL,
    )
    await afterwards.deleted("20", message_ids)
    return channel


async def test_of_many_deleted_messages_the_answer_of_the_one_that_asked_goes() -> None:
    channel = await deleted(Cache("9"), "7", "8", "9")
    assert channel.removed == ["40", "41"]


async def test_while_the_cache_is_away_that_is_told_once_not_for_each_message(
    caplog: pytest.LogCaptureFixture,
) -> None:
    cache = Cache(fault=Unavailable("UNAVAILABLE", "away"))
    await deleted(cache, *map(str, range(100)))
    assert [record.message for record in caplog.records] == ["deletion.not_told"]
    assert len(cache.asked) == 1
