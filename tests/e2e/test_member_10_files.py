"""Expectation 10: images, PDFs, text and code files in; very long answers out as a file."""

from __future__ import annotations

import pytest
from support.members import SHORT, Members

from parley_gateway.texts import Key, Texts

pytestmark = pytest.mark.asyncio(loop_scope="module")
PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 200
LONG = "[[ttft=0.05 tps=4000 tokens=2600]]"


async def test_pictures_papers_and_code_are_seen_by_claude(members: Members) -> None:
    files = [("cat.png", PNG), ("paper.pdf", b"%PDF-1.4 a paper"), ("main.rs", b"fn main() {}")]
    reply = await members.answered(f"Compare these three {SHORT}", members.room(), files=files)
    assert reply.outcome == "answered"
    (heard,) = members.heard("Compare these three")
    assert [block["type"] for block in heard.messages[-1]["content"]] == ["image", "document", "text"]
    assert "fn main() {}" in heard.question


async def test_a_file_that_cannot_be_read_is_named_with_the_reason_and_the_rest_is_answered(members: Members) -> None:
    files = [("film.mp4", b"moving"), ("notes.txt", b"read me")]
    reply = await members.answered(f"What do my notes say? {SHORT}", members.room(), files=files)
    assert reply.outcome == "answered"
    assert "`film.mp4`" in reply.text
    assert "notes.txt" not in reply.text
    assert "read me" in members.heard("What do my notes say")[0].question


async def test_the_files_of_earlier_messages_are_seen_again_in_the_next_turn(members: Members) -> None:
    where = members.room()
    await members.answered(f"Here is my cat {SHORT}", where, files=[("cat.png", PNG)])
    await members.answered(f"What colour was it? {SHORT}", where)
    (heard,) = members.heard("What colour was it")
    assert [block["type"] for block in heard.messages[0]["content"]] == ["image", "text"]


async def test_a_very_long_answer_ends_as_a_file_with_all_of_it(members: Members) -> None:
    where = members.room()
    reply = await members.answered(f"Tell it all, from the beginning {LONG}", where)
    assert reply.outcome == "answered"
    *pages, last = members.of_the_bot(where)
    assert len(pages) == 4
    assert not any(page["attachments"] for page in pages)
    assert [file["filename"] for file in last["attachments"]] == ["answer.md"]
    kept = members.world.files[f"{where}/{last['attachments'][0]['id']}"].content.decode()
    assert kept == members.heard("Tell it all")[0].text


async def test_a_file_may_come_with_a_command(members: Members) -> None:
    options = {"prompt": f"What does it print? {SHORT}", "file": 0}
    begun = members.people.command(
        members.person("Sam"), members.room(), "ask", options, files=[("main.py", b"print(41)")]
    )
    reply = await members.answer(begun["id"])
    assert (reply.outcome, reply.turn["source"]) == ("answered", "lead")
    assert "print(41)" in members.heard("What does it print")[0].question
    assert Texts("en-US").render(Key.MEMORY_SILENT) not in reply.text
