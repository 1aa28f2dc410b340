from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from support.conversations import ask, said

from parley_executor.engines.claude_cli.history import Threads, answered, split, threads, told
from parley_executor.model import Document, Image, Message, Request, Role, Text

NAMES = st.sampled_from(["", "a", "b", "ab"])
TEXTS = st.sampled_from(["a", "b", "ab", "a b", " a", "日本"])
PARTS = st.one_of(
    st.builds(Text, TEXTS),
    st.builds(Image, st.sampled_from(["image/png", "image/gif"]), st.sampled_from([b"1", b"2"])),
    st.builds(Document, st.just("text/plain"), st.sampled_from([b"1", b"2"]), NAMES),
)


def messages(role: Role) -> st.SearchStrategy[Message]:
    return st.builds(Message, st.just(role), st.lists(PARTS, min_size=1, max_size=2).map(tuple))


PAIRS = st.lists(st.tuples(messages(Role.USER), messages(Role.ASSISTANT)), max_size=2)
REQUESTS = st.builds(
    lambda pairs, question, system, conversation: ask(
        messages=(*(message for pair in pairs for message in pair), question),
        system=tuple(system),
        conversation_id=conversation,
    ),
    PAIRS,
    messages(Role.USER),
    st.lists(NAMES, max_size=2),
    NAMES,
)


def before(request: Request) -> tuple[object, ...]:
    """What two requests must have in common to go on in one process; blank ends of Claude's words aside."""

    def plain(message: Message) -> tuple[object, ...]:
        strip = message.role is Role.ASSISTANT
        parts = [part.text.strip() if strip and isinstance(part, Text) else part for part in message.parts]
        return (message.role, *parts)

    return (request.conversation_id, request.system, *map(plain, split(request.messages).earlier))


@given(REQUESTS, REQUESTS)
def test_a_thread_is_the_same_exactly_where_everything_that_was_said_is(one: Request, other: Request) -> None:
    assert (threads(one).before == threads(other).before) is (before(one) == before(other))


@given(REQUESTS, TEXTS, TEXTS)
def test_a_reply_makes_the_thread_that_the_next_question_looks_for(request: Request, reply: str, then: str) -> None:
    following = replace(request, messages=(*request.messages, *said("x", reply)[1:], *said(then)))
    assert answered(threads(request).asked, reply) == threads(following).before


def test_an_edited_word_long_ago_is_another_thread() -> None:
    told_before = threads(ask("one", "1", "two", "2", "three"))
    assert threads(ask("ONE", "1", "two", "2", "three")).before != told_before.before
    assert threads(ask("one", "1", "two", "2", "THREE")).before == told_before.before


def test_a_question_of_two_messages_is_one_question() -> None:
    conversation = (*said("one", "1", "two"), *said("and three"))
    assert split(conversation).earlier == said("one", "1")
    assert len(split(conversation).question) == 2


def test_a_first_question_has_a_thread_that_no_reply_leads_to() -> None:
    first = threads(ask("one"))
    assert isinstance(first, Threads)
    assert answered(first.asked, "1") != first.before


def test_a_short_conversation_is_told_as_it_is() -> None:
    earlier = said(*(f"line {number}" for number in range(60)))
    assert told(earlier) == earlier


@given(st.integers(0, 200).filter(lambda count: count % 2 == 0), st.integers(2, 20))
def test_of_a_long_one_the_last_are_told_and_the_others_are_one_text_before_them(count: int, most: int) -> None:
    lines = [f"line {number}." for number in range(count)]
    shortened = told(said(*lines), most)
    assert len(shortened) <= max(most, 1)
    assert [message.role for message in shortened[:1]] == [Role.USER] * bool(shortened)
    assert all(one.role is not other.role for one, other in pairwise(shortened))
    text = "\n".join(part.text for message in shortened for part in message.parts if isinstance(part, Text))
    found = [line.strip() for line in text.splitlines() if line.startswith("line ")]
    assert found == lines, "every line, in its order"


def test_older_pictures_and_documents_are_mentioned() -> None:
    shown = Message(
        Role.USER, (Image("image/png", b"\1"), Document("application/pdf", b"%PDF", "paper.pdf"), Text("see"))
    )
    (folded, *_) = told((shown, *said("x", "nice")[1:], *said("more", "yes")), 2)
    assert isinstance(folded.parts[0], Text)
    assert "[a picture] [a document: paper.pdf] see" in folded.parts[0].text
    assert folded.parts[1:] == (Text("more"),)
