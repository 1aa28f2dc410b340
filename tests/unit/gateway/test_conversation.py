from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from parley_gateway.attachments import PASTE, Why, Writing
from parley_gateway.conversation import Contents, lines
from parley_gateway.model import Attachment, Line, Named, Picture, Prompt, Said, Speaker

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


def sent(name: str) -> Attachment:
    return Attachment("9", name, name, "", 1)


def test_files_stand_with_the_message_that_they_came_with() -> None:
    photo, code, film, paste = (sent(name) for name in ("a.png", "b.py", "c.mp4", PASTE))
    picture = Picture("image/png", b"x")
    contents: Contents = {
        photo: picture,
        code: Writing("b.py", "x = 1"),
        film: Why.KIND,
        paste: Writing(PASTE, "long words"),
    }
    window = (Said("look", "1", "Ada", attachments=(photo,)), Said("I see"))
    first, _, last = lines(window, "1", replace(prompt("and this?"), attachments=(code, film, paste)), contents)
    assert first == Line(Speaker.USER, "look", (picture,))
    assert last.files == ()
    assert last.text.split("\n\n") == [
        "and this?",
        '<file name="b.py">\nx = 1\n</file>',
        f'(The file "c.mp4" is left out: {Why.KIND.value}.)',
        "long words",
    ]


def test_two_members_in_a_row_keep_both_their_files() -> None:
    one, two = sent("a.png"), sent("b.png")
    contents = {one: Picture("image/png", b"1"), two: Picture("image/png", b"2")}
    window = (Said("see", "1", "Ada", attachments=(one,)),)
    (joined,) = lines(window, "1", replace(prompt("mine", "2", "Ben"), attachments=(two,)), contents)
    assert joined.files == (contents[one], contents[two])
