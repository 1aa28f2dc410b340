from __future__ import annotations

import base64
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st
from support.conversations import ask

from parley_executor.engines import messages_body
from parley_executor.model import Document, Effort, Image, Message, ModelCard, Request, Role, Text

MARK = {"type": "ephemeral"}


def body(request: Request) -> dict[str, Any]:
    read: dict[str, Any] = orjson.loads(messages_body.encode(request))
    return read


def marks(value: Any) -> int:
    if isinstance(value, dict):
        return ("cache_control" in value) + sum(map(marks, value.values()))
    return sum(map(marks, value)) if isinstance(value, list) else 0


def test_a_request_names_its_model_its_bound_and_that_it_streams() -> None:
    asked = body(ask("hello", max_output_tokens=77))
    assert asked == {
        "model": "claude-sonnet-5",
        "max_tokens": 77,
        "stream": True,
        "messages": [{"role": "user", "content": [{"type": "text", "text": "hello"}]}],
    }


def test_what_is_known_of_the_model_decides_how_it_is_told_to_think_and_how_long_it_may_speak() -> None:
    card = ModelCard("claude-sonnet-5", max_output_tokens=50, efforts=(Effort.LOW,), thinking=frozenset({"disabled"}))
    asked = orjson.loads(messages_body.encode(ask("hello", max_output_tokens=77), card))
    assert (asked["max_tokens"], asked["thinking"]) == (50, {"type": "disabled"})
    asked = orjson.loads(messages_body.encode(ask("hello", effort=Effort.HIGH), card))
    assert asked["output_config"] == {"effort": "low"}


def test_the_last_system_block_is_marked_for_the_prompt_cache() -> None:
    asked = body(ask("hello", system=("who you are", "where you are")))
    assert asked["system"] == [
        {"type": "text", "text": "who you are"},
        {"type": "text", "text": "where you are", "cache_control": MARK},
    ]


def test_the_last_message_before_the_newest_question_is_marked() -> None:
    asked = body(ask("one", "two", "three"))
    assert [marks(message) for message in asked["messages"]] == [0, 1, 0]
    assert asked["messages"][1]["content"][-1] == {"type": "text", "text": "two", "cache_control": MARK}


def test_several_user_messages_in_a_row_are_one_question() -> None:
    parts = (Text("x"),)
    conversation = (
        Message(Role.USER, parts),
        Message(Role.ASSISTANT, parts),
        Message(Role.USER, parts),
        Message(Role.USER, parts),
    )
    asked = body(ask(messages=conversation))
    assert [marks(message) for message in asked["messages"]] == [0, 1, 0, 0]


def test_a_first_question_has_no_stable_part() -> None:
    assert marks(body(ask("hello"))) == 0


def test_pictures_pdfs_and_text_files_are_blocks_of_their_kind() -> None:
    parts = (
        Image("image/png", b"\x89PNG"),
        Document("application/pdf", b"%PDF-1.7", "paper.pdf"),
        Document("text/x-python", "print('日本')".encode(), "a.py"),
        Document("text/plain", b"bare", ""),
        Text("what is this?"),
    )
    (message,) = body(ask(messages=(Message(Role.USER, parts),)))["messages"]
    image, pdf, code, bare, text = message["content"]
    assert image["source"] == {
        "type": "base64",
        "media_type": "image/png",
        "data": base64.b64encode(b"\x89PNG").decode(),
    }
    assert (pdf["type"], pdf["title"], pdf["source"]["media_type"]) == ("document", "paper.pdf", "application/pdf")
    assert base64.b64decode(pdf["source"]["data"]) == b"%PDF-1.7"
    assert code["source"] == {"type": "text", "media_type": "text/plain", "data": "print('日本')"}
    assert "title" not in bare
    assert text == {"type": "text", "text": "what is this?"}


TEXTS = st.lists(st.text(min_size=1, max_size=30), min_size=1, max_size=9).filter(lambda texts: len(texts) % 2 == 1)


@given(texts=TEXTS, following=st.tuples(st.text(min_size=1), st.text(min_size=1)), system=st.lists(st.text(min_size=1)))
def test_the_prefix_of_a_conversation_never_changes_as_it_grows(
    texts: list[str], following: tuple[str, str], system: list[str]
) -> None:
    """What one turn's marked prefix holds is the beginning of the next turn's, but for the marks themselves."""

    def plain(request: Request) -> list[Any]:
        asked = body(request)
        for message in asked["messages"]:
            for block in message["content"]:
                block.pop("cache_control", None)
        return [asked.get("system"), *asked["messages"]]

    now, later = ask(*texts, system=tuple(system)), ask(*texts, *following, system=tuple(system))
    assert plain(later)[: len(texts) + 1] == plain(now)
    assert marks(body(later)) <= 4


def test_a_request_never_says_its_trace_or_its_turn_in_the_body() -> None:
    encoded = messages_body.encode(ask("hello", turn_id="t-secret", conversation_id="c-secret"))
    assert b"secret" not in encoded
