from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from support.presses import STOP
from typing_extensions import override

from parley_gateway.buttons import Buttons
from parley_gateway.claims import Posted, Whole
from parley_gateway.delivery import Delivered
from parley_gateway.messages import Messages, Transient
from parley_gateway.offers import Offers
from parley_gateway.pacer import Pacer
from parley_gateway.texts import Texts
from parley_gateway.turns.reply import Reply, ReplyWatch, Stage
from parley_gateway.turns.verdict import Verdict
from parley_kit.clock import ManualClock, settle


class Channel(Messages):
    """A channel that takes a create with a known index for the first one, as Discord does by its nonce."""

    def __init__(self) -> None:
        self.shown: dict[str, str] = {}
        self.loses_answers = False

    @override
    async def create(self, index: int, content: str, *, buttons: Buttons, file: str = "") -> str:
        self.shown.setdefault(str(index), content)
        if self.loses_answers:
            raise Transient("the answer is lost")
        return str(index)

    @override
    async def edit(self, message_id: str, content: str | None, *, buttons: Buttons, file: str | None = None) -> None:
        if content is not None:
            self.shown[message_id] = content

    @override
    async def remove(self, message_id: str) -> None:
        del self.shown[message_id]


class Deaf(ReplyWatch):
    """Hears what members see, and does nothing about it."""

    @override
    def posted(self, posted: Posted) -> None:
        pass

    @override
    def edited(self, kind: str, outcome: str, took: float, staleness: float | None) -> None:
        pass

    @override
    def visible(self) -> None:
        pass


async def at_once() -> None:
    """Wait for nothing."""


@asynccontextmanager
async def replying(channel: Channel, clock: ManualClock) -> AsyncIterator[tuple[Reply, asyncio.Task[Delivered]]]:
    async with asyncio.TaskGroup() as calls:
        stage = Stage(channel, STOP, at_once, Pacer(), clock, calls)
        reply = Reply(stage, Verdict(Texts("en"), "abc", Offers("9", "30")), Deaf())
        yield reply, calls.create_task(reply.run())


async def test_an_answer_takes_the_place_of_a_notice() -> None:
    channel, clock = Channel(), ManualClock()
    async with replying(channel, clock) as (reply, run):
        reply.notice("You are next.")
        await settle()
        assert channel.shown == {"0": "You are next."}
        reply.feed("Hello.")
        reply.finish(Whole("end_turn"))
        await clock.advance(2.0)
        assert (await run).message_ids == ("0",)
    assert channel.shown == {"0": "Hello."}


async def test_an_answer_is_seen_though_discord_never_said_that_it_had_taken_the_notice() -> None:
    channel, clock = Channel(), ManualClock()
    async with replying(channel, clock) as (reply, run):
        channel.loses_answers = True
        reply.notice("You are next.")
        await settle()
        channel.loses_answers = False
        reply.feed("Hello.")
        reply.finish(Whole("end_turn"))
        await clock.advance(5.0)
        await run
    assert channel.shown == {"0": "Hello."}
