"""A member deletes a question, a moderator an answer: what is left, and what is not."""

from __future__ import annotations

from support.gateways import World
from support.reading import as_shown
from support.replies import spoken

from parley_sandbox.discord import Permission

ENDLESS = "[[ttft=0.05 tps=40 tokens=4000]]"
STORY = "Tell a story. [[ttft=0.05 tps=100 tokens=150]]"


def forget(parley: World, question: str, person: str = "Sam") -> None:
    parley.discord.people.delete(parley.cast.person(person), question)


def stands(parley: World, messages: tuple[str, ...]) -> list[str]:
    return [message for message in messages if parley.shown(message)]


async def test_a_question_deleted_while_it_is_answered_takes_its_answer_along_and_stops_claude(parley: World) -> None:
    question = parley.ask(ENDLESS)
    await parley.streaming(question, 40)
    answers = tuple(parley.replies(question))
    forget(parley, question)
    await parley.claude.streams_open(0)
    await parley.until(lambda: parley.working == 0 and not stands(parley, answers))


async def test_a_question_deleted_after_its_answer_takes_it_along_and_is_not_remembered(parley: World) -> None:
    question = parley.ask("My name is Ada.")
    await parley.ended(question)
    answers = tuple(parley.replies(question))
    forget(parley, question)
    await parley.until(lambda: not stands(parley, answers))
    await parley.ended(parley.ask("What is my name?"))
    assert "Ada" not in str(parley.executions()[-1].messages)


async def test_a_question_deleted_while_it_waits_leaves_the_line_and_nothing_else(parley: World) -> None:
    first = parley.ask(f"One {ENDLESS}")
    message = await parley.streaming(first)
    second = parley.ask("Two")
    await parley.until(lambda: bool(parley.reply(second)))
    notices = tuple(parley.replies(second))
    forget(parley, second)
    await parley.until(lambda: not stands(parley, notices))
    parley.click("Sam", message)
    await parley.ended(first)
    assert len(parley.executions()) == 1


async def test_who_reads_along_reads_on_when_the_first_question_is_deleted(parley: World) -> None:
    text = "Same question [[ttft=0.05 tps=60 tokens=150]]"
    first = parley.ask(text, person="Sam")
    await parley.streaming(first)
    answers = tuple(parley.replies(first))
    second = parley.ask(text, person="Noor")
    await parley.streaming(second)
    forget(parley, first)
    await parley.until(lambda: not stands(parley, answers))
    whole = spoken(await parley.ended(second))
    assert whole.split() == as_shown(parley.executions()[-1].text).split()


async def test_an_answer_that_a_moderator_deletes_while_it_streams_does_not_come_back(parley: World) -> None:
    parley.discord.world.add_role(
        parley.cast.guild("Orchard"), "Moderators", Permission.MANAGE_MESSAGES, parley.cast.person("Mika")
    )
    question = parley.ask(ENDLESS)
    message = await parley.streaming(question, 40)
    parley.discord.people.delete(parley.cast.person("Mika"), message)
    await parley.claude.streams_open(0)
    await parley.until(lambda: parley.working == 0)
    assert parley.replies(question) == (message,), "no other message takes its place"


async def test_two_questions_deleted_at_once_take_their_answers_along(parley: World) -> None:
    questions = [parley.ask(f"{number} {ENDLESS}", person=person) for number, person in enumerate(("Sam", "Noor"))]
    for question in questions:
        await parley.streaming(question)
    answers = tuple(parley.replies(question)[0] for question in questions)
    for question, person in zip(questions, ("Sam", "Noor"), strict=True):
        forget(parley, question, person)
    await parley.claude.streams_open(0)
    await parley.until(lambda: parley.working == 0 and not stands(parley, answers))


async def test_two_gateways_that_hear_of_a_deletion_leave_nothing(pair: World) -> None:
    question = pair.ask(ENDLESS)
    await pair.streaming(question, 40)
    answers = tuple(pair.replies(question))
    forget(pair, question)
    await pair.claude.streams_open(0)
    await pair.until(lambda: pair.working == 0 and not stands(pair, answers))
