"""Expectation 9: Regenerate, Continue; an edited question can be answered again, a deleted one takes its answer along."""

from __future__ import annotations

import pytest
from support.members import ENDLESS, SHORT, Members

from parley_gateway.texts import Key, Texts

pytestmark = pytest.mark.asyncio(loop_scope="module")
WORDS = Texts("en-US")
REGENERATE, CONTINUE, ANEW, RETRY, STOP = (
    WORDS.render(key)
    for key in (Key.REGENERATE_BUTTON, Key.CONTINUE_BUTTON, Key.ANEW_BUTTON, Key.RETRY_BUTTON, Key.STOP_BUTTON)
)


async def stands(members: Members, message: str, *labels: str) -> str:
    """Wait until exactly these buttons stand under a message; return what it says."""
    await members.parley.until(lambda: tuple(members.buttons(message)) == labels)
    return str(members.message(message)["content"])


async def says(members: Members, message: str, asked: str, number: int) -> None:
    """Wait until a message stands as an answer, as Claude gave it when it was asked so for that time."""

    def whole() -> bool:
        heard = members.heard(asked)
        text = str(members.message(message)["content"]).split()
        return (
            len(heard) > number
            and text == heard[number].text.split()
            and list(members.buttons(message)) == [REGENERATE]
        )

    await members.parley.until(whole)


async def test_an_answer_is_given_once_more_in_the_same_message(members: Members) -> None:
    where = members.room()
    question = members.ask(f"Once more, please {SHORT}", where)
    await members.answer(question)
    [message] = members.replies(question)
    members.press(message, REGENERATE)
    await says(members, message, "Once more, please", 1)
    assert members.replies(question) == [message]
    assert not members.told(where)


async def test_a_second_press_is_told_and_changes_nothing(members: Members) -> None:
    where = members.room()
    question = members.ask(f"Pressed twice {SHORT}", where)
    await members.answer(question)
    [message] = members.replies(question)
    for _ in range(2):
        members.press(message, REGENERATE)
    assert await members.until_told(where) == WORDS.render(Key.GONE_ON)
    await says(members, message, "Pressed twice", 1)
    assert len(members.heard("Pressed twice")) == 2
    assert len(members.told(where)) == 1


async def test_a_stopped_answer_goes_on_in_a_reply_to_it(members: Members) -> None:
    where = members.room()
    question = members.ask(f"A long story {ENDLESS}", where)
    message = await members.parley.streaming(question, 40)
    members.press(message, STOP)
    await stands(members, message, CONTINUE, REGENERATE)
    members.press(message, CONTINUE)
    await members.parley.until(lambda: bool(members.replies(message)))
    [rest] = members.replies(message)
    members.press(rest, STOP)
    await stands(members, rest, CONTINUE, REGENERATE)


async def test_an_error_is_tried_again_with_the_question_as_it_is_now(members: Members) -> None:
    where = members.room()
    question = members.ask("An unlucky one [[error=529 times=99]]", where)
    assert (await members.answer(question)).outcome == "failed"
    [message] = members.replies(question)
    members.people.edit(members.person("Sam"), question, f"{members.parley.bot} A lucky one {SHORT}")
    members.press(message, RETRY)
    await says(members, message, "A lucky one", 0)
    assert members.replies(question) == [message]


async def test_an_edited_question_offers_to_be_answered_again(members: Members) -> None:
    where = members.room()
    question = members.ask(f"About logs {SHORT}", where)
    await members.answer(question)
    [message] = members.replies(question)
    members.people.edit(members.person("Sam"), question, f"{members.parley.bot} About trunks {SHORT}")
    assert WORDS.render(Key.REWORDED) in await stands(members, message, ANEW)
    members.press(message, ANEW)
    await says(members, message, "About trunks", 0)


@pytest.mark.parametrize("ended", [True, False])
async def test_a_deleted_question_takes_its_answer_along(members: Members, ended: bool) -> None:
    where = members.room()
    question = members.ask(f"Delete me {ended} {SHORT if ended else ENDLESS}", where)
    if ended:
        await members.answer(question)
    else:
        await members.parley.streaming(question, 40)
    members.people.delete(members.person("Sam"), question)
    await members.parley.until(lambda: not members.of_the_bot(where))
    await members.parley.stack.claude.streams_open(0)
