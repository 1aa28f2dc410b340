from __future__ import annotations

from datetime import UTC, datetime

from parley_gateway.conversation import lines
from parley_gateway.model import Line, Named, Prompt, Said, Speaker

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def prompt(text: str, author: str = "1", name: str = "Ada") -> Prompt:
    return Prompt("9", "20", "9", "10", author, name, "en-GB", text, Named("c"), NOW, NOW)


def test_the_first_message_carries_no_name_so_that_its_answer_serves_all() -> None:
    assert lines((), "", prompt("hello")) == (Line(Speaker.USER, "hello"),)
    assert lines((), "1", prompt("hello")) == (Line(Speaker.USER, "hello"),)


def test_others_than_the_one_who_began_are_named() -> None:
    window = (Said("hello", "1", "Ada"), Said("hi"))
    spoken = lines(window, "1", prompt("and me?", "2", "Ben"))
    assert spoken[0] == Line(Speaker.USER, "hello")
    assert spoken[-1] == Line(Speaker.USER, "Ben: and me?")


def test_a_message_reads_the_same_in_every_later_turn() -> None:
    first = lines((), "1", prompt("hello"))
    later = lines((Said("hello", "1", "Ada"), Said("hi")), "1", prompt("more"))
    latest = lines((Said("hello", "1", "Ada"), Said("hi"), Said("more", "1", "Ada"), Said("ok")), "1", prompt("end"))
    assert later[: len(first)] == first
    assert latest[: len(later)] == later


def test_roles_alternate_and_nothing_empty_is_sent() -> None:
    window = (Said("  ", ""), Said("one", "1", "Ada"), Said("two", "2", "Ben"), Said(""), Said("answer"))
    spoken = lines(window, "1", prompt("three"))
    assert [line.speaker for line in spoken] == [Speaker.USER, Speaker.ASSISTANT, Speaker.USER]
    assert spoken[0].text == "one\n\nBen: two"


def test_a_conversation_never_begins_with_claude() -> None:
    spoken = lines((Said("I go on"), Said("one", "1", "Ada"), Said("two")), "1", prompt("three"))
    assert spoken[0] == Line(Speaker.USER, "one")
