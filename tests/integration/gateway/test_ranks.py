"""Two gateways hear every event; one of them goes first in a channel."""

from __future__ import annotations

from collections.abc import AsyncIterator

import hikari
import pytest
from support.gateways import World, world

from parley_gateway.app import Gateway
from parley_gateway.ranking import ranked
from parley_sandbox.discord import GatewaySettings as SandboxGateway

ENDLESS = "[[ttft=0.05 tps=40 tokens=4000]]"


@pytest.fixture
async def pair() -> AsyncIterator[World]:
    """Two gateways that know of each other."""
    async with world(gateway=SandboxGateway(identify_window=0)) as parley:
        await parley.start_monitor()
        await parley.start_cache(lease=2, settle=0, sweep=0.05)
        await parley.start_executor()
        for _ in range(2):
            await parley.start_gateway(grace=0)
        await parley.settled()
        await parley.until(lambda: agreed(parley, "general"))
        yield parley


def service(parley: World, number: int) -> Gateway:
    found = parley.gateways[number].bound.service
    assert isinstance(found, Gateway)
    return found


def ranks(parley: World, channel: str) -> tuple[int, int]:
    """Return the numbers of the gateways in the order in which they go."""
    names = [gateway.bound.runtime.settings.instance for gateway in parley.gateways]
    first, second = ranked(parley.cast.channel("Orchard", channel), names)
    return names.index(first), names.index(second)


def agreed(parley: World, channel: str) -> bool:
    """Whether exactly the one that ranks first believes so."""
    first, second = ranks(parley, channel)
    place = parley.cast.channel("Orchard", channel)
    now = parley.gateways[0].bound.runtime.clock.monotonic()
    firsts = [service(parley, number).siblings.first(place, now) for number in (first, second)]
    return firsts == [True, False]


async def test_who_ranks_first_in_a_channel_answers_there(pair: World) -> None:
    first, second = ranks(pair, "general")
    for number in range(3):
        question = pair.ask(f"Question {number} [[ttft=0.3 tps=40 tokens=40]]")
        await pair.streaming(question)
        assert service(pair, first).live == 1
        await pair.ended(question)
    handled = {"event": "MESSAGE_CREATE", "outcome": "handled"}
    assert pair.gateways[second].sample("discord_gateway_events_total", handled) == 3, "it asked, and was told"
    assert len(pair.executions()) == 3


async def test_the_other_one_answers_when_the_first_one_hears_nothing(pair: World) -> None:
    first, second = ranks(pair, "general")
    deaf = service(pair, first).bot.hikari
    for listener in deaf.get_listeners(hikari.MessageCreateEvent, polymorphic=False):
        deaf.unsubscribe(hikari.MessageCreateEvent, listener)
    question = pair.ask(ENDLESS)
    await pair.streaming(question)
    assert (service(pair, first).live, service(pair, second).live) == (0, 1)
