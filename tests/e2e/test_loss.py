"""Something dies in the middle of a reply; the member's message still completes, with one attempt's text."""

from __future__ import annotations

from support.reading import as_shown
from support.system import Reply, System, system

from parley_sandbox.anthropic import Pace
from parley_sandbox.discord import Fault, queries

STORY = "Tell a long story. [[ttft=0.1 tps=40 tokens=320]]"


def stands_whole(reply: Reply, said: str) -> bool:
    """Whether what stands is one attempt's text, byte for byte but for the white space where pages are cut."""
    return reply.text.split() == as_shown(said).split()


async def test_an_executor_dies_and_the_same_messages_end_with_one_attempts_text() -> None:
    async with system(executors=2) as parley:
        question = parley.ask(STORY)
        message = await parley.streaming(question, 60)
        turn = await parley.answering(question)
        victim = next(child for child in parley.stack.children.values() if child.address == turn["executor"])
        await victim.kill()
        reply = await parley.reply(question)
        assert reply.outcome == "answered"
        assert reply.turn["message_ids"][0] == message, "the same message"
        assert len(parley.executions()) == 2
        assert stands_whole(reply, parley.executions()[-1].text)
        await parley.quiet()


async def test_the_cache_restarts_in_mid_reply_and_the_reply_ends_whole(parley: System) -> None:
    question = parley.ask(STORY)
    await parley.streaming(question, 60)
    cache = parley.stack.children["cache"]
    await cache.kill()
    await cache.start()
    reply = await parley.reply(question)
    assert reply.outcome == "answered"
    assert len(parley.executions()) == 1, "Claude was not asked again"
    assert stands_whole(reply, parley.executions()[0].text)


async def test_without_a_cache_the_question_is_answered_and_the_member_is_told(parley: System) -> None:
    await parley.stack.children["cache"].kill()
    reply = await parley.reply(parley.ask("Hello [[ttft=0.1]]"))
    assert reply.outcome == "answered"
    said = parley.executions()[0].text
    assert said.split()[0] in reply.text
    assert len(reply.text) > len(said), "a line says that nothing is remembered"
    await parley.stack.children["cache"].start()


async def test_without_a_monitor_questions_are_still_answered(parley: System) -> None:
    await parley.reply(parley.ask("Hello"))
    await parley.stack.children["monitor"].kill()
    assert (await parley.reply(parley.ask("Still there?"))).outcome == "answered"
    await parley.stack.children["monitor"].restart()


async def test_a_gateway_dies_and_its_sibling_finishes_in_the_same_messages() -> None:
    async with system(gateways=2, environment={"PARLEY_CACHE_LEASE": "5"}) as parley:
        question = parley.ask(STORY)
        message = await parley.streaming(question, 60)
        holder = await holder_of(parley, question)
        await parley.stack.children[holder].kill()
        reply = await parley.reply(question)
        assert reply.outcome == "answered"
        assert reply.turn["message_ids"][0] == message
        assert stands_whole(reply, parley.executions()[-1].text)
        await parley.stack.children[holder].start()


async def test_a_message_that_a_dead_gateway_had_on_its_way_is_finished_and_not_doubled() -> None:
    async with system(gateways=2, environment={"PARLEY_CACHE_LEASE": "5"}) as parley:
        discord = parley.stack.discord
        discord.faults.add(Fault("delay_reply", route=queries.CREATE, seconds=30.0))
        parley.stack.claude.pace = Pace(ttft=0.1, tps=40)
        question = parley.ask("Tell a story. [[tokens=200]]")
        await parley.until(lambda: bool(answers(parley)))
        holder = await holder_of(parley, question)
        parley.stack.claude.pace = Pace(ttft=0.0, tps=100_000)  # so that the sibling has all to say in one create
        await parley.stack.children[holder].kill()
        reply = await parley.reply(question)
        assert reply.outcome == "answered"
        assert answers(parley) == list(reply.turn["message_ids"]), "nothing else stands in the channel"
        assert stands_whole(reply, parley.executions()[-1].text)


def answers(parley: System) -> list[str]:
    """Return the bot's messages in the channel."""
    world = parley.stack.discord.world
    written = world.messages[parley.channel()].values()
    return [message["id"] for message in written if message["author"]["id"] == world.bot["id"]]


async def holder_of(parley: System, question: str) -> str:
    """Return the name of the gateway whose log says that it opened the turn."""
    gateways = [name for name in parley.stack.children if name.startswith("gateway")]
    flight = {name: await parley.metric(name, "parley_gateway_turns_held") for name in gateways}
    assert sum(flight.values()) == 1, f"one gateway holds turn {question}: {flight}"
    return next(name for name, held in flight.items() if held)


async def test_two_gateways_give_one_answer_to_each_question() -> None:
    async with system(gateways=2) as parley:
        questions = [
            parley.ask(f"Question {number}", person=person) for number, person in enumerate(("Sam", "Noor", "Mika"))
        ]
        replies = await parley.replies(questions)
        assert [reply.outcome for reply in replies] == ["answered"] * 3
        assert len(parley.executions()) == 3
        assert sorted(len(reply.pages) for reply in replies) == [1, 1, 1]
        await parley.quiet()
