from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parley_gateway.attachments import Bounds, Kind, Why, Writing, chosen, content_of, kind_of
from parley_gateway.model import Attachment, Named, Paper, Picture, Prompt
from parley_gateway.pages import HARD_LIMIT
from parley_gateway.texts import Texts
from parley_gateway.turns.given import left_out

PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 20
BOUNDS = Bounds()
NOW = datetime(2026, 11, 23, tzinfo=UTC)


def file(name: str, size: int = 100, content_type: str = "", number: int = 1) -> Attachment:
    return Attachment("9", str(number), name, content_type, size)


def verdicts(*files: Attachment) -> list[Why | None]:
    return list(chosen([files], BOUNDS).values())


@pytest.mark.parametrize(
    ("name", "content_type", "kind"),
    [
        ("a.PNG", "", Kind.PICTURE),
        ("a", "image/webp", Kind.PICTURE),
        ("a.pdf", "application/octet-stream", Kind.PAPER),
        ("main.ts", "video/mp2t", Kind.WRITING),
        ("lib.rs", "", Kind.WRITING),
        ("Makefile", "", Kind.WRITING),
        ("notes", "text/plain; charset=utf-8", Kind.WRITING),
        ("x", "application/ld+json", Kind.WRITING),
        ("a.svg", "image/svg+xml", Kind.WRITING),
        ("a.zip", "application/zip", None),
        ("a.bmp", "image/bmp", None),
        ("a.mp4", "video/mp4", None),
        ("", "", None),
    ],
)
def test_a_files_kind_is_told_by_its_name_then_by_its_type(name: str, content_type: str, kind: Kind | None) -> None:
    assert kind_of(file(name, content_type=content_type)) is kind


def test_five_files_of_a_message_are_read_and_four_pictures() -> None:
    assert verdicts(*(file("a.txt", number=number) for number in range(7))) == [None] * 5 + [Why.MANY] * 2
    assert verdicts(*(file("a.png", number=number) for number in range(5))) == [None] * 4 + [Why.PICTURES]


@pytest.mark.parametrize(
    ("name", "most"), [("a.png", BOUNDS.picture), ("a.pdf", BOUNDS.paper), ("a.txt", BOUNDS.writing)]
)
def test_a_file_may_be_as_large_as_its_kind_allows(name: str, most: int) -> None:
    assert verdicts(file(name, most)) == [None]
    assert verdicts(file(name, most + 1)) == [Why.LARGE]


def test_texts_of_a_message_share_a_bound() -> None:
    assert verdicts(*(file("a.txt", 180 * 1024, number=number) for number in range(3))) == [None, None, Why.TOGETHER]


files = st.builds(
    file, st.sampled_from(["a.png", "a.pdf", "a.txt", "a.zip"]), st.integers(0, 12_000_000), number=st.integers(1, 999)
)


@given(st.lists(st.lists(files, max_size=10), max_size=12))
@settings(max_examples=150, deadline=None)
def test_a_conversations_files_never_pass_the_bound_and_the_newest_go_first(messages: list[list[Attachment]]) -> None:
    found = chosen(messages, BOUNDS)
    assert set(found) == {one for files in messages for one in files}
    assert sum(one.size for one, why in found.items() if why is None) <= BOUNDS.conversation
    if messages:
        alone = chosen(messages[:1], BOUNDS)
        assert {one: found[one] for one in alone} == alone


def test_of_a_conversations_pictures_the_newest_twenty_are_given() -> None:
    messages = [[file(f"{message}-{number}.png") for number in range(4)] for message in range(6)]
    found = chosen(messages, BOUNDS)
    assert [found[one] for files in messages for one in files] == [None] * 20 + [Why.TOGETHER] * 4
    assert chosen([*messages, [file("notes.txt")]], BOUNDS)[file("notes.txt")] is None


def test_a_pictures_type_is_told_by_its_bytes() -> None:
    assert content_of(file("a.png"), b"\xff\xd8\xff\xe0 jpeg") == Picture("image/jpeg", b"\xff\xd8\xff\xe0 jpeg")
    assert content_of(file("a.webp"), b"RIFF1234WEBPVP8 ") == Picture("image/webp", b"RIFF1234WEBPVP8 ")
    assert content_of(file("a.gif"), b"GIF89a") == Picture("image/gif", b"GIF89a")
    assert content_of(file("a.jpg"), PNG) == Picture("image/png", PNG)
    assert content_of(file("a.png"), b"BM bitmap") is Why.UNREADABLE


def test_a_pdf_that_is_none_is_not_given() -> None:
    assert content_of(file("a.pdf"), b"%PDF-1.7 ...") == Paper("a.pdf", b"%PDF-1.7 ...")
    assert content_of(file("a.pdf"), b"<html>") is Why.UNREADABLE


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp932"])
def test_text_is_read_in_the_encodings_that_members_have(encoding: str) -> None:
    assert content_of(file("a.txt"), "日本語 text".encode(encoding)) == Writing("a.txt", "日本語 text")


@given(st.binary(max_size=200))
def test_whatever_a_file_holds_it_is_text_or_left_out(content: bytes) -> None:
    found = content_of(file("a.txt"), content)
    assert found is Why.UNREADABLE or (isinstance(found, Writing) and "\0" not in found.text)


@pytest.mark.parametrize("locale", ["en-GB", "ja"])
def test_what_is_told_of_many_files_fits_under_an_answer_and_stays_in_its_marks(locale: str) -> None:
    sent = tuple(file("`@everyone` " + "x" * 250 + ".zip", number=number) for number in range(10))
    prompt = Prompt("9", "20", "9", "10", "1", "Ada", locale, "", Named("c"), NOW, NOW, attachments=sent)
    for why in Why:
        words = left_out(Texts(locale), prompt, dict.fromkeys(sent, why))
        assert 0 < len(words) < HARD_LIMIT / 2
        assert all(line.startswith("-# 📎") and line.count("`") == 2 for line in words.splitlines())
    assert not left_out(Texts(locale), replace(prompt, attachments=()), {})
