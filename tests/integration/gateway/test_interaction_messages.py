"""The messages of a turn under a command: while its token lives, after that, and where the bot may not write."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from support.commands import answer, use
from support.gateways import World
from support.presses import STOP

from parley_gateway.discord.outbound import HikariDiscord
from parley_gateway.discord.responses import SIBLINGS_SECONDS, HikariResponses
from parley_gateway.interactions import Command
from parley_gateway.messages import Answer, Found
from parley_gateway.model import Prompt, RepliesTo
from parley_gateway.panels import Panel
from parley_gateway.texts import Key, Texts
from parley_kit.clock import Clock, ManualClock, SystemClock
from parley_sandbox.discord import Fault
from parley_sandbox.discord.acts.interactions import Interaction

CREATE = "POST /channels/{channel_id}/messages"
TOKEN_ROUTE = "/webhooks/"


class Bench:
    """Messages of one turn whose command was acknowledged, and nothing more; the gateway knows no such command."""

    def __init__(self, parley: World, asked: Interaction) -> None:
        self.parley, self.asked = parley, asked
        self.clock = ManualClock(datetime.fromtimestamp(asked.created, UTC))
        self.prompt = Prompt(
            asked.id, asked.channel_id, "", "10", asked.person.id, "Sam", "en-GB", "hello",
            RepliesTo(asked.id), self.clock.now(), self.clock.now(), interaction_token=asked.token,
        )  # fmt: skip

    def messages(self) -> Answer:
        """Return them as a gateway that knows nothing of them yet."""
        gateway = self.parley.service(0)
        assert gateway.discord is not None
        discord = HikariDiscord(
            gateway.bot.hikari.rest,
            gateway.discord.calls,
            self.clock,
            user_id=gateway.bot.user_id,
            application_id=lambda: gateway.bot.id,
        )
        return discord.messages(self.prompt)

    def text(self, message: str) -> str:
        return str(self.parley.discord.world.messages[self.asked.channel_id][message]["content"])

    def by_token(self) -> int:
        """Return how many requests went by the token so far."""
        return sum(TOKEN_ROUTE in one.route for one in self.parley.discord.recorder.requests)


@pytest.fixture
async def table(parley: World) -> Bench:
    asked = use(parley, "of-somebody-else")
    assert await responses_of(parley, SystemClock()).defer(command_of(asked), alone=False)
    return Bench(parley, asked)


def command_of(asked: Interaction) -> Command:
    return Command(
        name="ask",
        interaction_id=asked.id,
        token=asked.token,
        channel_id=asked.channel_id,
        guild_id="10",
        user_id=asked.person.id,
        user_name="Sam",
        locale="en-GB",
        made_at=datetime.now(UTC),
    )


def responses_of(parley: World, clock: Clock) -> HikariResponses:
    gateway = parley.service(0)
    assert gateway.discord is not None
    rest = gateway.bot.hikari.rest
    return HikariResponses(rest, gateway.discord.calls, clock, application_id=lambda: gateway.bot.id)


async def test_page_1_is_the_commands_answer_however_often_it_is_made(table: Bench) -> None:
    messages = table.messages()
    assert await messages.find() is None, "what only waits shows nothing"
    first = await messages.create(0, "x", buttons=STOP)
    assert first == answer(table.parley, table.asked)["id"] == await messages.create(0, "y", buttons=STOP)
    assert await messages.find() == Found(first, ended=False)
    assert table.text(first) == "y"


async def test_whoever_adopts_the_turn_goes_on_in_the_same_messages(table: Bench) -> None:
    messages = table.messages()
    first, second = [await messages.create(index, "x", buttons=STOP) for index in (0, 1)]
    adopted = table.messages()
    for message in (first, second):
        await adopted.edit(message, "gone on", buttons=())
        assert table.text(message) == "gone on"


async def test_near_its_tokens_end_page_1_is_a_message_of_the_channel(table: Bench) -> None:
    messages = table.messages()
    first = await messages.create(0, "x", buttons=STOP)
    before = table.by_token()
    await table.clock.advance(timedelta(minutes=14).total_seconds())
    await messages.edit(first, "late", buttons=())
    assert table.text(first) == "late"
    assert table.by_token() == before


async def test_what_was_never_shown_goes_to_the_channel_when_the_token_is_dead(table: Bench) -> None:
    await table.clock.advance(timedelta(minutes=15).total_seconds())
    message = await table.messages().create(0, "late", buttons=())
    assert table.text(message) == "late"
    assert message != answer(table.parley, table.asked)["id"]


@pytest.mark.parametrize("dead", ["message_gone", "missing_permission"])
async def test_a_token_that_dies_early_costs_no_edit_and_no_removal(table: Bench, dead: str) -> None:
    messages = table.messages()
    first = await messages.create(0, "x", buttons=STOP)
    table.parley.discord.faults.add(Fault(dead, route="PATCH /webhooks"))
    await messages.edit(first, "the whole", buttons=())
    assert table.text(first) == "the whole"
    table.parley.discord.faults.add(Fault(dead, route="DELETE /webhooks"))
    await messages.remove(first)
    assert first not in table.parley.discord.world.messages[table.asked.channel_id]


async def test_later_pages_come_by_the_token_where_the_bot_may_not_write(table: Bench) -> None:
    messages = table.messages()
    await messages.create(0, "x", buttons=())
    table.parley.discord.faults.add(Fault("missing_permission", route=CREATE))
    second = await messages.create(1, "y", buttons=())
    await messages.edit(second, "more", buttons=())
    assert table.text(second) == "more"
    await messages.remove(second)
    assert second not in table.parley.discord.world.messages[table.asked.channel_id]


async def test_a_sibling_that_deferred_and_is_gone_is_stood_in_for(parley: World, table: Bench) -> None:
    clock = ManualClock(datetime.now(UTC))
    responses = responses_of(parley, clock)
    told = command_of(table.asked)
    for shown, abandoned in ((False, True), (True, False)):
        if shown:
            await responses.rewrite(told, Panel("Here it is."))
        waiting = asyncio.create_task(responses.abandoned(told))
        await clock.advance(SIBLINGS_SECONDS - 0.1)
        assert not waiting.done()
        await clock.advance(0.1)
        assert await waiting is abandoned


async def test_the_presence_tells_how_it_stands(parley: World) -> None:
    told = Texts("en-US").render(Key.STATUS_PRESENCE_NORMAL)
    await parley.until(lambda: told in str(parley.discord.gateway.presences.get(0)), within=30)
