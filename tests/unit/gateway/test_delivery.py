from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from support.replies import REJECTED, STOPPED, WHOLE, Message

from parley_gateway.buttons import Buttons
from parley_gateway.delivery import Delivered, Delivery
from parley_gateway.edits import Create, Edit, FailureKind, Remove, Replace, Standing
from parley_gateway.messages import DeliveryError, Forbidden, Gone, Rejected, Transient
from parley_gateway.pacer import Budget, Pacer
from parley_gateway.relay import Relay
from parley_kit.clock import ManualClock


@dataclass
class Discord:
    """The port over messages in memory; each call takes `latency` seconds, then what `faults` says."""

    clock: ManualClock
    latency: float = 0.1
    faults: list[Exception | None] = field(default_factory=list)
    down: bool = False
    messages: dict[str, Message] = field(default_factory=dict)
    starts: list[tuple[str, float]] = field(default_factory=list)
    in_flight: int = 0

    async def create(self, index: int, content: str, *, buttons: Buttons, file: str = "") -> str:
        await self._answer("create")
        assert index <= len(self.messages)
        message_id = str(len(self.starts))
        self.messages[message_id] = Message(content, buttons, file)
        return message_id

    async def edit(self, message_id: str, content: str | None, *, buttons: Buttons, file: str | None = None) -> None:
        await self._answer("edit")
        message = self.messages[message_id]
        kept = message.file if file is None else file
        self.messages[message_id] = Message(message.content if content is None else content, buttons, kept)

    async def remove(self, message_id: str) -> None:
        await self._answer("remove")
        del self.messages[message_id]

    async def _answer(self, route: str) -> None:
        self.starts.append((route, self.clock.monotonic()))
        self.in_flight += 1
        try:
            await self.clock.sleep(self.latency)
        finally:
            self.in_flight -= 1
        fault = Transient("down") if self.down else self.faults.pop(0) if self.faults else None
        if fault is not None:
            raise fault

    @property
    def contents(self) -> list[str | None]:
        return [message.content for message in self.messages.values()]

    def edits(self) -> list[float]:
        return [start for route, start in self.starts if route == "edit"]


@dataclass
class Heard:
    """What the delivery told."""

    accepted_edits: list[tuple[Edit, str]] = field(default_factory=list)
    refusals: list[tuple[Edit, FailureKind]] = field(default_factory=list)
    times_visible: int = 0

    def accepted(self, edit: Edit, message_id: str, took: float) -> None:
        assert took >= 0
        self.accepted_edits.append((edit, message_id))

    def refused(self, edit: Edit, kind: FailureKind) -> None:
        self.refusals.append((edit, kind))

    def visible(self) -> None:
        self.times_visible += 1


class Stage:
    """One channel, its clock and pacer, and a group in which calls live on."""

    def __init__(self, calls: asyncio.TaskGroup) -> None:
        self.clock = ManualClock()
        self.discord = Discord(self.clock)
        self.heard = Heard()
        self.pacer = Pacer(Budget())
        self.calls = calls

    def delivery(self) -> tuple[Delivery, asyncio.Task[Delivered]]:
        relay = Relay(rejected=REJECTED)
        delivery = Delivery(
            relay, self.discord, pacer=self.pacer, clock=self.clock, calls=self.calls, watcher=self.heard
        )
        return delivery, asyncio.create_task(delivery.run())


@asynccontextmanager
async def staged() -> AsyncIterator[Stage]:
    async with asyncio.TaskGroup() as calls:
        yield Stage(calls)


async def test_a_reply_streams_at_the_channels_pace_and_ends_whole() -> None:
    async with staged() as stage:
        delivery, run = stage.delivery()
        for _ in range(100):
            delivery.feed("some words ")
            await stage.clock.advance(0.1)
        delivery.finish(WHOLE)
        await stage.clock.advance(2.0)
        delivered = await run
    assert stage.discord.contents == ["some words " * 100]
    assert delivered == Delivered(Standing.WHOLE, 1, 1_100, ("1",))
    starts = stage.discord.edits()
    assert all(later - earlier >= 1.1 - 1e-9 for earlier, later in itertools.pairwise(starts))
    assert 8 <= len(starts) <= 10


async def test_the_first_words_are_posted_at_once() -> None:
    async with staged() as stage:
        delivery, run = stage.delivery()
        await stage.clock.advance(5.0)
        delivery.feed("x" * 20)
        await stage.clock.advance(0.1)
        assert stage.discord.contents == ["x" * 20]
        assert stage.heard.times_visible == 1
        delivery.finish(WHOLE)
        await stage.clock.advance(2.0)
        await run
    assert stage.heard.times_visible == 1


async def test_a_few_words_are_posted_when_no_more_come_for_a_while() -> None:
    async with staged() as stage:
        delivery, run = stage.delivery()
        delivery.feed("Well")
        await stage.clock.advance(0.69)
        assert stage.discord.starts == []
        await stage.clock.advance(0.2)
        assert stage.discord.contents == ["Well"]
        delivery.finish(WHOLE)
        await stage.clock.advance(2.0)
        await run


async def test_the_last_edit_stands_before_the_delivery_ends() -> None:
    async with staged() as stage:
        stage.discord.latency = 3.0
        delivery, run = stage.delivery()
        delivery.feed("All of it, in one piece.")
        delivery.finish(WHOLE)
        await stage.clock.advance(2.9)
        assert not run.done()
        await stage.clock.advance(0.2)
        assert (await run).standing is Standing.WHOLE


async def test_only_one_edit_of_a_reply_is_under_way() -> None:
    async with staged() as stage:
        stage.discord.latency = 2.5
        delivery, run = stage.delivery()
        for _ in range(200):
            delivery.feed("a line of words\n")
            await stage.clock.advance(0.1)
            assert stage.discord.in_flight <= 1
        delivery.finish(WHOLE)
        await stage.clock.advance(60.0)
        await run
    assert "".join(content or "" for content in stage.discord.contents).count("a line") == 200


async def test_replies_in_one_channel_share_its_pace_and_a_final_edit_goes_first() -> None:
    async with staged() as stage:
        deliveries = [stage.delivery() for _ in range(3)]
        for delivery, _ in deliveries:
            delivery.feed("words to begin with, ")
        await stage.clock.advance(4.0)
        for _ in range(40):
            for delivery, _ in deliveries:
                delivery.feed("more words ")
            await stage.clock.advance(0.1)
        first, run = deliveries[0]
        first.finish(WHOLE)
        await stage.clock.advance(1.3)
        assert run.done()
        for delivery, _ in deliveries:
            delivery.finish(WHOLE)
        await stage.clock.advance(10.0)
        for _, task in deliveries:
            assert (await task).standing is Standing.WHOLE
    starts = stage.discord.edits()
    assert all(later - earlier >= 1.1 - 1e-9 for earlier, later in itertools.pairwise(starts))


async def test_two_pages_come_in_their_order_and_are_reported() -> None:
    async with staged() as stage:
        delivery, run = stage.delivery()
        delivery.feed("A sentence of words. " * 150)
        delivery.finish(WHOLE)
        await stage.clock.advance(10.0)
        delivered = await run
    assert [type(edit) for edit, _ in stage.heard.accepted_edits] == [Create, Create]
    assert delivered.message_ids == tuple(message_id for _, message_id in stage.heard.accepted_edits)
    assert delivered.shown_offset == len("A sentence of words. " * 150)


async def test_a_shorter_new_attempt_takes_the_place_of_the_old() -> None:
    async with staged() as stage:
        delivery, run = stage.delivery()
        delivery.feed("A sentence of words. " * 150)
        await stage.clock.advance(5.0)
        delivery.restart(2)
        delivery.feed("Something else.")
        await stage.clock.advance(5.0)
        assert len(stage.discord.messages) == 2
        delivery.finish(WHOLE)
        await stage.clock.advance(5.0)
        assert (await run).attempt == 2
    assert stage.discord.contents == ["Something else."]
    assert [type(edit) for edit, _ in stage.heard.accepted_edits][-2:] == [Replace, Remove]


async def test_leaving_lets_the_edit_under_way_end_and_reports_it() -> None:
    async with staged() as stage:
        delivery, run = stage.delivery()
        delivery.feed("Words that are on their way.")
        await stage.clock.advance(0.05)
        assert stage.discord.in_flight == 1
        run.cancel()
        with pytest.raises(asyncio.CancelledError):
            await run
        delivery.feed("More that nobody shall see.")
        await stage.clock.advance(5.0)
    assert stage.discord.contents == ["Words that are on their way."]
    assert [message_id for _, message_id in stage.heard.accepted_edits] == ["1"]
    assert stage.pacer.forgettable(10.0)


@pytest.mark.parametrize(
    ("fault", "standing"), [(Gone("gone"), Standing.ABANDONED), (Forbidden("no"), Standing.FORBIDDEN)]
)
async def test_a_message_that_cannot_be_written_ends_the_delivery(fault: DeliveryError, standing: Standing) -> None:
    async with staged() as stage:
        stage.discord.faults = [None, fault]
        delivery, run = stage.delivery()
        delivery.feed("Words to begin with.")
        await stage.clock.advance(2.0)
        delivery.feed(" And more.")
        await stage.clock.advance(2.0)
        assert (await run).standing is standing
    assert [kind for _, kind in stage.heard.refusals] == [fault.kind]


async def test_a_rejected_text_is_said_to_be_so() -> None:
    async with staged() as stage:
        stage.discord.faults = [Rejected("no"), Rejected("no")]
        delivery, run = stage.delivery()
        delivery.feed("Words to begin with.")
        await stage.clock.advance(2.0)
        delivery.finish(WHOLE)
        await stage.clock.advance(4.0)
        assert (await run).standing is Standing.REJECTED
    assert stage.discord.contents == [REJECTED.alone]


async def test_a_short_outage_costs_nothing_but_time() -> None:
    async with staged() as stage:
        delivery, run = stage.delivery()
        delivery.feed("Words to begin with.")
        await stage.clock.advance(2.0)
        stage.discord.down = True
        delivery.feed(" More.")
        await stage.clock.advance(20.0)
        tries = len(stage.discord.starts)
        stage.discord.down = False
        delivery.feed(" The newest.")
        delivery.finish(STOPPED)
        await stage.clock.advance(3.0)
        assert (await run).standing is Standing.STOPPED
    assert stage.discord.contents == ["Words to begin with. More. The newest.\n-# stopped"]
    assert 5 < tries < 25


async def test_after_a_long_outage_the_newest_text_stands() -> None:
    async with staged() as stage:
        delivery, run = stage.delivery()
        delivery.feed("Words to begin with.")
        await stage.clock.advance(2.0)
        stage.discord.down = True
        delivery.feed(" More.")
        await stage.clock.advance(35.0)
        tries = len(stage.discord.starts)
        await stage.clock.advance(100.0)
        assert len(stage.discord.starts) - tries <= 21
        stage.discord.down = False
        delivery.feed(" The newest.")
        await stage.clock.advance(6.0)
        assert not run.done()
        delivery.finish(WHOLE)
        await stage.clock.advance(6.0)
        assert (await run).standing is Standing.WHOLE
    assert stage.discord.contents == ["Words to begin with. More. The newest."]


async def test_an_outage_without_end_ends_the_delivery() -> None:
    async with staged() as stage:
        delivery, run = stage.delivery()
        delivery.feed("Words to begin with.")
        stage.discord.down = True
        await stage.clock.advance(890.0)
        assert not run.done()
        await stage.clock.advance(20.0)
        assert (await run).standing is Standing.UNREACHABLE


async def test_an_unexpected_fault_reaches_who_waits_for_the_delivery_and_nobody_else() -> None:
    async with staged() as stage:
        other, other_run = stage.delivery()
        other.feed("Words of another reply, still going on.")
        await stage.clock.advance(2.0)
        stage.discord.faults = [RuntimeError("a bug")]
        delivery, run = stage.delivery()
        delivery.feed("Words to begin with.")
        await stage.clock.advance(1.0)
        with pytest.raises(RuntimeError, match="a bug"):
            await run
        other.finish(WHOLE)
        await stage.clock.advance(3.0)
        assert (await other_run).standing is Standing.WHOLE


async def test_a_limit_makes_the_channel_slower_for_a_while() -> None:
    async with staged() as stage:
        delivery, run = stage.delivery()
        delivery.feed("Words to begin with.")
        await stage.clock.advance(2.0)
        stage.discord.latency = 4.0
        delivery.feed(" More.")
        await stage.clock.advance(4.1)
        stage.discord.latency = 0.1
        delivery.feed(" And more.")
        await stage.clock.advance(4.0)
        delivery.finish(WHOLE)
        await stage.clock.advance(20.0)
        await run
    first, second, *_ = stage.discord.edits()
    assert second - first == pytest.approx(6.0, abs=0.01)


async def test_text_wakes_a_delivery_only_when_it_matters() -> None:
    """Fifty tokens a second cost fifty appends, not fifty rounds through the loop."""
    async with staged() as stage:
        delivery, run = stage.delivery()
        delivery.feed("Words to begin with.")
        await stage.clock.advance(0.2)
        steps = 0
        step = delivery._step

        async def counted() -> None:
            nonlocal steps
            steps += 1
            await step()

        delivery._step = counted  # type: ignore[method-assign] # counts rounds, changes nothing
        for _ in range(500):
            delivery.feed("tok ")
            await stage.clock.advance(0.02)
        assert steps < 60
        delivery.finish(WHOLE)
        await stage.clock.advance(5.0)
        await run
