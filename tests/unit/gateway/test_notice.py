"""Notices of those who wait keep the channel's pace, and let answers go first."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from typing_extensions import override

from parley_gateway.buttons import Buttons
from parley_gateway.messages import Messages, Rejected
from parley_gateway.pacer import INTERVAL, Pacer, Route, Urgency, Wish
from parley_gateway.turns.notice import PATIENCE, Fade, Notice
from parley_kit.clock import ManualClock, settle


class Channel(Messages):
    """A channel that notes when what was shown, under the name of whose message it is."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock, self.shown, self.refuses = clock, list[tuple[float, str]](), False

    def note(self, text: str) -> None:
        self.shown.append((self.clock.monotonic(), text))
        if self.refuses:
            raise Rejected("no")

    @override
    async def create(self, index: int, content: str, *, buttons: Buttons, file: str = "") -> str:
        self.note(content)
        return content

    @override
    async def edit(self, message_id: str, content: str | None, *, buttons: Buttons, file: str | None = None) -> None:
        self.note(content or "")

    @override
    async def remove(self, message_id: str) -> None:
        self.note("")


class Queue:
    """Turns that wait in one channel, each with its notice."""

    def __init__(self) -> None:
        self.clock, self.pacer, self.posted = ManualClock(), Pacer(), list[str]()
        self.channel = Channel(self.clock)

    @asynccontextmanager
    async def of(self, count: int) -> AsyncIterator[list[Notice]]:
        """Yield the notices of so many, none of which says anything yet; they are closed in the end."""
        notices = [Notice(self.channel, (), self.posted.append, self.pacer, self.clock) for _ in range(count)]
        async with asyncio.TaskGroup() as tasks:
            for notice in notices:
                tasks.create_task(notice.run())
            try:
                yield notices
            finally:
                for notice in notices:
                    notice.close()

    async def later(self, seconds: float) -> None:
        await self.clock.advance(seconds)
        await settle()


async def test_a_place_is_told_at_once_and_the_next_one_in_the_same_message() -> None:
    queue = Queue()
    async with queue.of(1) as (notice,):
        notice.say("You are number 2.")
        await settle()
        notice.say("You are next.")
        await queue.later(INTERVAL)
    assert [text for _, text in queue.channel.shown] == ["You are number 2.", "You are next."]
    assert queue.posted == ["You are number 2."]


async def test_many_who_wait_are_told_one_after_the_other() -> None:
    queue = Queue()
    async with queue.of(4) as notices:
        for number, notice in enumerate(notices):
            notice.say(str(number))
        await queue.later(4 * INTERVAL)
    assert [round(at / INTERVAL, 3) for at, _ in queue.channel.shown] == [0, 1, 2, 3]


async def test_only_the_newest_place_is_told() -> None:
    queue = Queue()
    async with queue.of(2) as (first, second):
        first.say("one")
        await settle()
        second.say("number 2")
        await settle()
        second.say("next")
        await queue.later(INTERVAL)
    assert [text for _, text in queue.channel.shown] == ["one", "next"]


async def test_who_has_no_time_left_to_be_told_is_told_nothing() -> None:
    queue = Queue()
    async with queue.of(2) as (first, second):
        first.say("one")
        await settle()
        second.say("two")
        await settle()
        second.close()
        await queue.later(INTERVAL)
    assert [text for _, text in queue.channel.shown] == ["one"]


async def test_what_discord_does_not_take_is_not_said_again() -> None:
    queue = Queue()
    queue.channel.refuses = True
    async with queue.of(1) as (notice,):
        notice.say("one")
        await queue.later(3 * INTERVAL)
    assert [text for _, text in queue.channel.shown] == ["one"]


async def test_a_growing_answer_goes_before_notices_until_they_have_waited_long() -> None:
    queue = Queue()
    grown: list[float] = []

    def grow() -> None:
        wish = Wish(Route.CREATE, Urgency.GROWING, 0.0)
        if queue.pacer.delay("answer", wish, queue.clock.monotonic()) == 0:
            queue.pacer.started("answer", queue.clock.monotonic())
            grown.append(queue.clock.monotonic())

    queue.pacer.join("answer", grow)
    grow()
    async with queue.of(1) as (notice,):
        notice.say("You are next.")
        while not queue.channel.shown:
            await queue.later(INTERVAL / 10)
            grow()
        told, _ = queue.channel.shown[0]
    assert PATIENCE <= told <= PATIENCE + 3 * INTERVAL
    assert len(grown) >= 4


async def test_a_time_that_has_passed_is_told_no_more() -> None:
    queue = Queue()
    async with queue.of(1) as (notice,):
        notice.say("You are next, in 10 s.", Fade(timedelta(seconds=10), "You are next."))
        await settle()
        await queue.later(9)
        assert [text for _, text in queue.channel.shown] == ["You are next, in 10 s."]
        await queue.later(1)
        await queue.later(60)
    assert [text for _, text in queue.channel.shown] == ["You are next, in 10 s.", "You are next."]


async def test_what_is_said_later_takes_the_place_of_a_time_and_of_what_would_be_said_after_it() -> None:
    queue = Queue()
    async with queue.of(1) as (notice,):
        notice.say("You are number 2, in 10 s.", Fade(timedelta(seconds=10), "You are number 2."))
        await queue.later(5)
        notice.say("You are next.")
        await queue.later(60)
    assert [text for _, text in queue.channel.shown] == ["You are number 2, in 10 s.", "You are next."]
