"""Two gateways hear every event; one of them goes first in a channel."""

from __future__ import annotations

from dataclasses import replace

import hikari
import pytest
from support.gateways import World, world
from support.reading import as_shown

from parley_gateway import siblings
from parley_gateway.app import Gateway
from parley_gateway.interactions import Interaction
from parley_gateway.ranking import ranked
from parley_gateway.turns import standby
from parley_sandbox.discord import GatewaySettings as SandboxGateway
from parley_sandbox.discord import queries

ENDLESS = "[[ttft=0.05 tps=40 tokens=4000]]"


@pytest.fixture
async def pair(pair: World) -> World:
    """Two gateways that know of each other."""
    await pair.until(lambda: agreed(pair, "general"))
    return pair


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
    firsts = [parley.service(number).siblings.first(place, now) for number in (first, second)]
    return firsts == [True, False]


def deafen(gateway: Gateway) -> None:
    """Let a gateway hear no messages."""
    deaf = gateway.bot.hikari
    heard = deaf.get_listeners(hikari.MessageCreateEvent, polymorphic=False)  # type: ignore[type-abstract]  # its own key
    for listener in heard:
        deaf.unsubscribe(hikari.MessageCreateEvent, listener)


async def test_who_ranks_first_in_a_channel_answers_there(pair: World) -> None:
    first, second = ranks(pair, "general")
    for number in range(3):
        question = pair.ask(f"Question {number} [[ttft=0.3 tps=40 tokens=40]]")
        await pair.streaming(question)
        assert pair.service(first).live == 1
        await pair.ended(question)
    handled = {"event": "MESSAGE_CREATE", "outcome": "handled"}
    # it asked, and was told
    await pair.until(lambda: pair.gateways[second].sample("discord_gateway_events_total", handled) == 3)
    assert len(pair.executions()) == 3


async def test_the_other_one_answers_when_the_first_one_hears_nothing(pair: World) -> None:
    first, second = ranks(pair, "general")
    deafen(pair.service(first))
    question = pair.ask(ENDLESS)
    await pair.streaming(question)
    await pair.until(lambda: (pair.service(first).live, pair.service(second).live) == (0, 1))


async def test_while_the_cache_is_silent_only_the_first_one_answers(pair: World) -> None:
    first, second = ranks(pair, "general")
    assert pair.cache is not None
    address = pair.cache.address
    await pair.cache_stack.aclose()
    question = pair.ask("Hello [[ttft=0.1 tps=100 tokens=20]]")
    await pair.until(lambda: "memory cannot be reached" in pair.reply(question))
    await pair.until(lambda: pair.service(second).live == 1)  # it stands by
    await pair.start_cache(listen=address, lease=2, settle=0, sweep=0.05)
    await pair.until(lambda: not pair.working, within=30)
    # Who stands by may reach the cache that is back before the one that has answered; it then goes on in its message.
    assert len(pair.executions()) <= 2
    assert len(pair.replies(question)) == 1
    await pair.until(lambda: pair.service(first).live == 0)


def tell_the_end_soon_or_never(gateway: Gateway) -> None:
    assert gateway.turns is not None
    room = gateway.turns._room
    gateway.turns._room = replace(room, settings=replace(room.settings, settle=0.1))


@pytest.mark.parametrize("gone", [False, True])
async def test_an_answer_that_ended_while_the_cache_was_silent_is_not_given_again(pair: World, *, gone: bool) -> None:
    first, second = ranks(pair, "general")
    assert pair.cache is not None
    address = pair.cache.address
    tell_the_end_soon_or_never(pair.service(first))
    await pair.cache_stack.aclose()
    question = pair.ask("Hello [[ttft=0.1 tps=100 tokens=20]]")
    await pair.until(lambda: "memory cannot be reached" in pair.reply(question))
    await pair.until(lambda: (pair.service(first).live, pair.service(second).live) == (0, 1))  # it stands by
    stood = pair.reply(question)
    if gone:
        await pair.gateway_stacks[first].aclose()
    else:
        await pair.start_cache(listen=address, lease=2, settle=0, sweep=0.05)
    await pair.until(lambda: pair.service(second).live == 0, within=40)
    assert (len(pair.executions()), pair.reply(question)) == (1, stood)


def last_to_acknowledge(parley: World, gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a gateway take presses after another one."""
    assert gateway.discord is not None
    responses = gateway.discord.responses
    own = responses.acknowledge

    async def late(interaction: Interaction) -> bool:
        await parley.until(lambda: bool(queries.of(parley.discord.recorder.requests, queries.CALLBACK)))
        return await own(interaction)

    monkeypatch.setattr(responses, "acknowledge", late)


async def test_a_stop_while_the_cache_is_silent_is_obeyed_and_nobody_says_that_it_failed(
    pair: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = ranks(pair, "general")
    await pair.cache_stack.aclose()
    question = pair.ask(ENDLESS)
    message = await pair.streaming(question)
    last_to_acknowledge(pair, pair.service(first), monkeypatch)
    pair.click("Sam", message)
    await pair.claude.streams_open(0)
    await pair.until(lambda: "Stopped" in pair.reply(question))
    pressed = {"event": "INTERACTION_CREATE", "outcome": "handled"}
    await pair.until(lambda: pair.gateways[second].sample("discord_gateway_events_total", pressed) == 1)
    assert not [one for one in pair.discord.recorder.requests if "did not get through" in str(one.body)]


@pytest.mark.parametrize("hears", [True, False])
async def test_without_monitor_and_cache_the_last_list_tells_who_answers(
    pair: World, monkeypatch: pytest.MonkeyPatch, *, hears: bool
) -> None:
    monkeypatch.setattr(siblings, "STALE_AFTER", 0.1)
    monkeypatch.setattr(standby, "BLIND_SECONDS", 2.0)
    first, second = ranks(pair, "general")
    place = pair.cast.channel("Orchard", "general")
    clock = pair.gateways[0].bound.runtime.clock
    await pair.monitor_stack.aclose()
    await pair.cache_stack.aclose()
    await pair.until(lambda: pair.service(second).siblings.first(place, clock.monotonic()))
    if not hears:
        deafen(pair.service(first))
    question = pair.ask("Tell a story. [[ttft=0.05 tps=30 tokens=120]]")
    await pair.until(lambda: "memory cannot be reached" in pair.reply(question), within=30)
    assert (len(pair.executions()), len(pair.replies(question))) == (1, 1)
    assert pair.service(first).live == int(hears), "it has answered, and would tell the cache"


async def test_an_answer_that_no_cache_knows_of_is_found_and_gone_on_in(pair: World) -> None:
    first, second = ranks(pair, "general")
    await pair.cache_stack.aclose()
    question = pair.ask("Tell a story. [[ttft=0.05 tps=60 tokens=120]]")
    message = await pair.streaming(question)
    await pair.until(lambda: pair.service(second).live == 1)
    await pair.gateway_stacks[first].aclose()
    await pair.until(lambda: len(pair.executions()) == 2)
    await pair.until(lambda: not pair.button(message), within=30)
    assert pair.replies(question) == (message,)
    assert len(queries.of(pair.discord.recorder.requests, queries.CREATE)) == 1, "not even tried a second time"
    said = as_shown(pair.executions()[1].text).split()
    assert pair.reply(question).split()[: len(said)] == said, "one attempt, whole"
    assert "memory cannot be reached" in pair.reply(question)


async def test_who_only_stands_by_holds_no_place_for_the_next_question() -> None:
    async with world(gateway=SandboxGateway(identify_window=0)) as parley:
        await parley.start_monitor()
        await parley.start_executor()
        for name in names_that_share(*(parley.cast.channel("Orchard", channel) for channel in ("general", "help"))):
            await parley.start_gateway(grace=0, cache_silence=0.15, live_turns=1, instance=name)
        await parley.until(lambda: agreed(parley, "general") and agreed(parley, "help"))
        await parley.streaming(parley.ask(ENDLESS, channel="general"))
        await parley.until(lambda: parley.working == 2)
        await parley.streaming(parley.ask(f"Another {ENDLESS}", person="Noor", channel="help"))


def names_that_share(one: str, other: str) -> tuple[str, str]:
    """Return names of two gateways of which each goes first in one channel."""
    pairs = (("a", f"b{number}") for number in range(100))
    return next(pair for pair in pairs if ranked(one, pair)[0] != ranked(other, pair)[0])
