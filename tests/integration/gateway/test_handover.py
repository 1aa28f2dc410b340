"""A gateway ends, by plan or not; its turns do not."""

from __future__ import annotations

import time

from support.commands import answer, use
from support.gateways import World, world
from support.reading import as_shown

from parley_sandbox.discord import queries

STORY = "Tell a story. [[ttft=0.05 tps=100 tokens=200]]"
ENDLESS = "[[ttft=0.05 tps=40 tokens=4000]]"


def holder(parley: World) -> int:
    return next(number for number in range(len(parley.gateways)) if parley.service(number).live)


async def end(parley: World, number: int) -> None:
    """End one gateway by plan."""
    await parley.gateway_stacks[number].aclose()


async def streaming(parley: World, text: str) -> tuple[str, int]:
    """Ask; return the question and who holds it, once it streams."""
    question = parley.ask(text)
    await parley.streaming(question, 40)
    await parley.until(lambda: parley.working == 1)
    return question, holder(parley)


async def test_two_gateways_give_one_answer(pair: World) -> None:
    questions = [pair.ask(f"Question {person}", person=person) for person in ("Sam", "Noor", "Mika")]
    for question in questions:
        await pair.ended(question)
        assert len(pair.replies(question)) == 1
    assert len(pair.executions()) == 3


async def test_a_gateway_that_ends_hands_its_turn_over_and_the_same_message_completes(pair: World) -> None:
    question, first = await streaming(pair, STORY)
    message = pair.replies(question)[0]
    await end(pair, first)
    text = await pair.ended(question, within=30)
    assert pair.replies(question) == (message,)
    assert text.split() == as_shown(pair.executions()[-1].text).split(), "one attempt, whole"
    assert len(pair.executions()) == 2


async def test_the_adopters_trace_links_to_the_first_try(pair: World) -> None:
    question, first = await streaming(pair, STORY)
    await end(pair, first)
    await pair.ended(question, within=30)
    roots = [span for span in pair.gateways[1 - first].spans if span.name == "discord MESSAGE_CREATE"]
    adopted = next(span for span in roots if span.attributes and span.attributes["parley.turn.adopted"])
    original = next(
        span
        for span in pair.gateways[first].spans
        if span.name == "discord MESSAGE_CREATE" and span.attributes and span.attributes["parley.turn.id"] == question
    )
    assert original.context is not None
    assert original.context.trace_id in {link.context.trace_id for link in adopted.links}


async def test_a_stop_pressed_anywhere_reaches_who_adopted(pair: World) -> None:
    question, first = await streaming(pair, ENDLESS)
    await end(pair, first)
    await pair.until(lambda: len(pair.executions()) == 2)
    await pair.until(lambda: bool(pair.button(pair.replies(question)[0])))
    pair.click("Sam", pair.replies(question)[0])
    await pair.claude.streams_open(0)
    await pair.ended(question)
    stands = queries.final_texts(pair.discord.recorder.requests).values()
    assert sum("Stopped" in text for text in stands) == 1, "under the old text, or in its own words below it"


async def test_live_replies_finish_within_the_grace() -> None:
    async with world() as parley:
        await parley.start_monitor()
        await parley.start_cache()
        await parley.start_executor()
        await parley.start_gateway(grace=20)
        await parley.settled()
        question = parley.ask(STORY)
        await parley.streaming(question)
        await parley.gateway_stacks[0].aclose()
        assert parley.reply(question).split() == as_shown(parley.executions()[0].text).split()
        assert not parley.button(parley.replies(question)[0])


async def test_while_it_ends_a_gateway_still_takes_what_comes_in_the_first_moment() -> None:
    async with world() as parley:
        await parley.start_monitor()
        await parley.start_cache()
        await parley.start_executor()
        gateway = await parley.start_gateway(grace=20)
        await parley.settled()
        gateway.drain()
        question = parley.ask("Hello")
        assert await parley.ended(question)
        await gateway.finish()
        late = parley.ask("Too late")
        await parley.until(lambda: _ignored(parley) >= 1)
        assert not queries.creates_by_question(parley.discord.recorder.requests).get(late)


async def test_a_command_that_the_last_gateway_takes_while_it_ends_is_told_so() -> None:
    async with world() as parley:
        await parley.start_monitor()
        await parley.start_cache()
        await parley.start_executor()
        gateway = await parley.start_gateway(grace=20)
        await parley.settled()
        gateway.drain()
        await gateway.finish()
        asked = use(parley, "ask", prompt="Too late")
        await parley.until(lambda: "being restarted" in answer(parley, asked).get("content", ""))
        assert parley.executions() == []


async def test_a_gateway_that_ends_leaves_a_command_to_its_sibling(pair: World) -> None:
    ending = pair.service(0)
    ending.drain()
    await ending.finish()
    await pair.until(lambda: not ending.siblings.first(pair.cast.channel("Orchard", "general"), time.monotonic()))
    asked = use(pair, "ask", prompt=STORY)
    await pair.until(lambda: bool(pair.executions()) and not pair.working)
    assert answer(pair, asked)["content"].split() == as_shown(pair.executions()[0].text).split()


def _ignored(parley: World) -> float:
    labels = {"event": "MESSAGE_CREATE", "outcome": "ignored"}
    return parley.gateways[0].sample("discord_gateway_events_total", labels) or 0
