from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from parley_gateway.access import Access, Lists
from parley_gateway.addressing import Message, Rules
from parley_gateway.backlog import EPOCH, MOST, PACE, SECOND_LOOK, SETTLE, YOUNG, Backlog, Ours, sent_at
from parley_gateway.listening import Listener
from parley_gateway.messages import Forbidden, Gone, Transient
from parley_gateway.model import Prompt
from parley_gateway.places import Place, Places
from parley_gateway.preference_book import PreferenceBook
from parley_gateway.preferences import Effective
from parley_kit.clock import ManualClock
from parley_kit.faults import Unavailable

START = datetime(2026, 1, 1, tzinfo=UTC)
LONG = SETTLE + SECOND_LOOK + 3 * PACE


def snowflake(ago: float, number: int = 0) -> str:
    """Return the id of a message of so many seconds ago."""
    at = START - timedelta(seconds=ago)
    return str(((int(at.timestamp() * 1000) - EPOCH) << 22) + number)


def message(ago: float, number: int = 0, *, author: str = "30", replies_to: str = "") -> Message:
    plain = Message(
        snowflake(ago, number), "20", "10", author, "Ada", False, "<@99> hi", {"99": "Parley"}, replies_to, "", START
    )
    return replace(plain, sent_at=START - timedelta(seconds=ago))


@dataclass
class Channel:
    """What stands in Discord; every channel is alike."""

    written: Sequence[Message] = ()
    reads: list[str] = field(default_factory=list)
    role: str = "70"
    trouble: Exception | None = None
    asked_roles: list[str] = field(default_factory=list)

    async def newest(self, channel_id: str, guild_id: str) -> Sequence[Message]:
        self.reads.append(channel_id)
        if self.trouble is not None:
            raise self.trouble
        return [replace(one, channel_id=channel_id, guild_id=guild_id) for one in self.written]

    async def roles(self, guild_id: str, user_id: str) -> frozenset[str]:
        del guild_id
        self.asked_roles.append(user_id)
        return frozenset({self.role})


@dataclass
class Directs:
    """A cache that may be away at first."""

    away: int = 0

    async def recent(self) -> Sequence[str]:
        if self.away:
            self.away -= 1
            raise Unavailable("UNAVAILABLE", "away")
        return ("77",)


@dataclass
class Scene:
    backlog: Backlog
    clock: ManualClock
    prompts: asyncio.Queue[Prompt]
    channel: Channel
    first: bool = True
    working: set[str] = field(default_factory=set)

    def asked(self) -> list[str]:
        return [self.prompts.get_nowait().message_id for _ in range(self.prompts.qsize())]


@asynccontextmanager
async def scene(
    *written: Message, room: int = 100, first: bool = True, access: Access | None = None, away: int = 0
) -> AsyncIterator[Scene]:
    clock, prompts, channel = ManualClock(START), asyncio.Queue[Prompt](room), Channel(written)

    async def rules() -> Rules:
        return Rules("99")

    async def place(_: str) -> Place:
        return Place("10")

    customs = PreferenceBook(Effective("claude"), lambda _: "")
    listener = Listener(prompts, rules, Places(place), customs, access or Access(), clock)
    backlog = Backlog(
        listener, channel, Directs(away), Ours(lambda _: made.first, lambda turn: turn in made.working), clock
    )
    made = Scene(backlog, clock, prompts, channel, first)
    running = asyncio.create_task(backlog.run())
    try:
        yield made
    finally:
        running.cancel()


async def test_what_was_asked_while_nobody_listened_is_asked_now_the_oldest_first() -> None:
    young, younger = message(600), message(60)
    async with scene(younger, young) as here:
        here.backlog.told("20", "10", younger.message_id)
        await here.clock.advance(LONG)
        assert here.asked() == [young.message_id, younger.message_id]
        assert here.channel.reads == ["20"], "once"


async def test_older_questions_get_nothing_and_a_silent_channel_is_not_read() -> None:
    async with scene(message(901), message(899)) as here:
        for last in (snowflake(901), "", snowflake(899)):
            here.backlog.told(f"2{last}", "10", last)
        await here.clock.advance(SETTLE + PACE)
        assert here.channel.reads == [f"2{snowflake(899)}"]
    async with scene(message(901), message(600)) as here:
        here.backlog.told("20", "10", snowflake(60))
        await here.clock.advance(LONG)
        assert here.asked() == [snowflake(600)]


async def test_what_the_bot_has_replied_to_is_not_asked_again() -> None:
    question, other = message(60), message(50, 1)
    answer = message(40, 2, author="99", replies_to=question.message_id)
    async with scene(answer, other, question) as here:
        here.backlog.told("20", "10", answer.message_id)
        await here.clock.advance(LONG)
        assert here.asked() == [other.message_id]


async def test_at_most_so_many_of_a_channel() -> None:
    async with scene(*(message(60, number) for number in range(MOST + 5))) as here:
        here.backlog.told("20", "10", snowflake(60))
        await here.clock.advance(LONG)
        assert len(here.asked()) == MOST


async def test_what_is_under_way_takes_no_place_of_them() -> None:
    written = [message(60, number) for number in range(2 * MOST)]
    async with scene(*written) as here:
        here.working.update(one.message_id for one in written[:MOST])
        here.backlog.told("20", "10", snowflake(60))
        await here.clock.advance(LONG)
        assert here.asked() == [one.message_id for one in written[MOST:]]


async def test_another_gateway_reads_and_this_one_only_if_that_is_gone_by_the_second_look() -> None:
    async with scene(message(60), first=False) as here:
        here.backlog.told("20", "10", snowflake(60))
        await here.clock.advance(SETTLE + 2 * PACE)
        assert not here.channel.reads
        here.first = True
        await here.clock.advance(SECOND_LOOK + PACE)
        assert here.channel.reads == ["20"]
    async with scene(message(60), first=False) as here:
        here.backlog.told("20", "10", snowflake(60))
        await here.clock.advance(10 * LONG)
        assert not here.channel.reads


async def test_what_does_not_fit_into_the_queue_comes_back_by_the_same_reading() -> None:
    async with scene(message(60), message(50), room=1) as here:
        here.backlog.told("20", "10", snowflake(50))
        await here.clock.advance(SETTLE + PACE)
        assert here.asked() == [snowflake(60)]
        await here.clock.advance(SECOND_LOOK + PACE)
        assert snowflake(60) in here.asked(), "claimed by then; the claim says so"


async def test_direct_channels_are_asked_of_the_cache_until_it_answers() -> None:
    async with scene(message(60), away=2) as here:
        here.backlog.directs()
        await here.clock.advance(3 * LONG)
        assert here.channel.reads == ["77"]
        assert here.asked() == [snowflake(60)]


async def test_many_channels_are_read_two_a_second() -> None:
    async with scene() as here:
        for number in range(20):
            here.backlog.told(str(number), "10", snowflake(60))
        await here.clock.advance(SETTLE + 3)
        assert 5 <= len(here.channel.reads) <= 7


@pytest.mark.parametrize("trouble", [Gone("gone"), Forbidden("no access"), AttributeError("an odd message")])
async def test_a_channel_that_cannot_be_read_ends_nothing_and_is_left(trouble: Exception) -> None:
    async with scene(message(60)) as here:
        here.channel.trouble = trouble
        here.backlog.told("20", "10", snowflake(60))
        await here.clock.advance(2 * LONG)
        here.channel.trouble = None
        here.backlog.told("21", "10", snowflake(60))
        await here.clock.advance(LONG)
        assert here.asked() == [snowflake(60)]
        assert here.channel.reads == ["20", "21"]


async def test_a_channel_that_discord_does_not_give_just_then_is_read_later() -> None:
    async with scene(message(60)) as here:
        here.channel.trouble = Transient("503")
        here.backlog.told("20", "10", snowflake(60))
        await here.clock.advance(2 * LONG)
        assert not here.asked()
        here.channel.trouble = None
        await here.clock.advance(LONG)
        assert here.asked() == [snowflake(60)]


async def test_while_discord_is_away_a_channel_is_tried_until_nothing_there_is_young() -> None:
    async with scene(message(60)) as here:
        here.channel.trouble = Transient("503")
        here.backlog.told("20", "10", snowflake(60))
        await here.clock.advance(YOUNG.total_seconds())
        tries = len(here.channel.reads)
        await here.clock.advance(YOUNG.total_seconds())
        assert len(here.channel.reads) == tries <= YOUNG.total_seconds() / SECOND_LOOK


async def test_the_operators_lists_of_roles_hold_for_the_past_too() -> None:
    async with scene(message(60), access=Access(deny=Lists(roles=frozenset({"70"})))) as here:
        here.backlog.told("20", "10", snowflake(60))
        await here.clock.advance(LONG)
        assert here.asked() == []


async def test_roles_are_asked_of_those_alone_who_ask_something() -> None:
    small_talk = replace(message(50, author="31"), content="hello all", mentions={})
    async with scene(message(60), small_talk, access=Access(deny=Lists(roles=frozenset({"71"})))) as here:
        here.backlog.told("20", "10", snowflake(60))
        await here.clock.advance(LONG)
        assert here.asked() == [snowflake(60)]
        assert here.channel.asked_roles == ["30"]


def test_an_id_tells_when_it_was_made() -> None:
    assert sent_at(snowflake(60)) == START - timedelta(seconds=60)
