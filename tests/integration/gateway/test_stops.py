"""A member's newest turn in a channel is stopped, through whichever gateway."""

from __future__ import annotations

import pytest
from support.gateways import World

from parley_gateway.stops import Stopped

ENDLESS = "[[ttft=0.05 tps=40 tokens=4000]]"


async def stop(parley: World, number: int, person: str = "Sam") -> Stopped:
    stops = parley.service(number).stops
    assert stops is not None
    return await stops.stop_newest(parley.cast.channel("Orchard", "general"), parley.cast.person(person))


@pytest.mark.parametrize("number", [0, 1])
async def test_whichever_gateway_hears_the_wish_the_answer_ends_and_keeps_its_text(pair: World, number: int) -> None:
    question = pair.ask(ENDLESS)
    await pair.streaming(question, 40)
    assert await stop(pair, number) is Stopped.STOPPED
    await pair.claude.streams_open(0)
    text = await pair.ended(question)
    assert "Stopped" in text
    assert text.startswith(pair.executions()[0].text[:30])
    assert await stop(pair, number) is Stopped.TOO_LATE


async def test_what_waits_is_stopped_before_what_is_answered_and_says_so(parley: World) -> None:
    first = parley.ask(f"One {ENDLESS}")
    await parley.streaming(first)
    second = parley.ask("Two")
    await parley.until(lambda: bool(parley.reply(second)))
    assert await stop(parley, 0) is Stopped.STOPPED
    await parley.until(lambda: "Stopped" in parley.reply(second) and parley.working == 1)
    assert await stop(parley, 0) is Stopped.STOPPED
    assert "Stopped" in await parley.ended(first)


async def test_nobody_stops_what_another_member_asked(parley: World) -> None:
    question = parley.ask(ENDLESS, person="Noor")
    message = await parley.streaming(question)
    assert await stop(parley, 0, "Sam") is Stopped.TOO_LATE
    assert parley.working == 1
    parley.click("Noor", message)
    await parley.ended(question)


async def test_a_gateway_that_has_just_begun_finds_the_turn(pair: World) -> None:
    question = pair.ask(ENDLESS)
    await pair.streaming(question)
    await pair.start_gateway(grace=0)
    await pair.settled()
    assert await stop(pair, 2) is Stopped.STOPPED
    assert "Stopped" in await pair.ended(question)
