from __future__ import annotations

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley_executor.engines.claude_cli import frames
from parley_executor.engines.claude_cli.frames import (
    Answered,
    Asked,
    Frame,
    LineSplitter,
    MalformedLineError,
    Noted,
    Part,
    Recorded,
    Result,
    TurnBegan,
)
from parley_executor.engines.messages_events import MessageStop, TextPiece
from parley_executor.model import Document, Image, Message, Role, Text

TEXT = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hi"}}


@given(lines=st.lists(st.binary().map(lambda line: line.replace(b"\n", b""))), data=st.data())
def test_however_the_bytes_are_cut_the_lines_are_the_same(lines: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(line + b"\n" for line in lines)
    splitter, got = LineSplitter(), []
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        got += splitter.feed(stream[:size])
        stream = stream[size:]
    assert got == lines


def test_a_line_may_be_long_but_not_without_end() -> None:
    splitter = LineSplitter(longest=100)
    assert splitter.feed(b"a" * 100 + b"\n") == [b"a" * 100]
    splitter.feed(b"b" * 60)
    with pytest.raises(MalformedLineError):
        splitter.feed(b"b" * 60)


def test_a_long_line_in_many_pieces_costs_no_more_than_its_length() -> None:
    splitter = LineSplitter()
    for _ in range(15 * 256):
        assert splitter.feed(b"x" * 4096) == []
    assert len(splitter.feed(b"\n")[0]) == 15 * 1024 * 1024


@pytest.mark.parametrize(
    ("line", "frame"),
    [
        ({"type": "stream_event", "event": TEXT}, Part(TextPiece("Hi"))),
        ({"type": "stream_event", "event": {"type": "message_stop"}}, Part(MessageStop())),
        ({"type": "stream_event", "event": {"type": "ping"}}, None),
        ({"type": "stream_event", "event": {"type": "of_tomorrow"}}, None),
        ({"type": "system", "subtype": "init", "session_id": "s1"}, TurnBegan("s1")),
        ({"type": "system", "subtype": "status"}, None),
        ({"type": "assistant", "message": {}}, Recorded(None)),
        ({"type": "assistant", "message": {}, "error": "rate_limit"}, Recorded("rate_limit")),
        ({"type": "command_lifecycle", "command_uuid": "u1", "state": "completed"}, Noted("u1")),
        ({"type": "control_request", "request_id": "r1", "request": {"subtype": "can_use_tool"}}, Asked("r1")),
        (
            {
                "type": "control_response",
                "response": {"subtype": "success", "request_id": "r", "response": {"claude_code_version": "2.1.330"}},
            },
            Answered("r", accepted=True, version="2.1.330"),
        ),
        (
            {"type": "control_response", "response": {"subtype": "error", "request_id": "r", "error": "no"}},
            Answered("r", accepted=False, version=""),
        ),
        (
            {"type": "result", "is_error": False, "num_turns": 1, "terminal_reason": "completed", "result": "Hi"},
            Result(failed=False, status=None, terminal="completed", calls=1, words="Hi"),
        ),
        (
            {"type": "result", "is_error": True, "num_turns": 1, "api_error_status": 529, "result": None},
            Result(failed=True, status=529, terminal="", calls=1, words=""),
        ),
        ({"type": "keep_alive"}, None),
        ({"type": "rate_limit_event", "anything": []}, None),
    ],
)
def test_a_line_is_the_frame_that_it_says(line: object, frame: Frame | None) -> None:
    assert frames.read(orjson.dumps(line)) == frame


def test_an_empty_line_says_nothing() -> None:
    assert frames.read(b"  ") is None


@pytest.mark.parametrize(
    "line",
    [
        b"secret words",
        b'{"type": "result", "is_error"',
        b"[]",
        b"7",
        b"{}",
        b'{"type": []}',
        b'{"type": "system", "subtype": "init", "session_id": 7}',
        b'{"type": "stream_event", "event": {"type": "content_block_delta", "delta": "secret words"}}',
        b'{"type": "control_response", "response": []}',
        b'{"type": "result", "is_error": true, "num_turns": "secret words"}',
    ],
)
def test_what_is_no_frame_is_refused_without_quoting_it(line: bytes) -> None:
    with pytest.raises(MalformedLineError) as caught:
        frames.read(line)
    assert "secret words" not in repr(caught.value)
    assert caught.value.__cause__ is None


@given(st.binary())
def test_no_bytes_do_more_than_be_refused(line: bytes) -> None:
    try:
        frames.read(line)
    except MalformedLineError:
        return


@given(texts=st.lists(st.text(min_size=1), min_size=1))
def test_a_question_is_one_line_that_holds_its_texts_and_lets_none_be_a_command(texts: list[str]) -> None:
    messages = [Message(Role.USER, (Text(text),)) for text in texts]
    line = frames.question(messages)
    assert line.count(b"\n") == 1
    said = orjson.loads(line)
    assert (said["type"], said["client_composed"]) == ("user", True)
    assert "shouldQuery" not in said
    assert [block["text"] for block in said["message"]["content"]] == texts


def test_earlier_messages_are_told_without_a_call() -> None:
    user = orjson.loads(frames.earlier(Message(Role.USER, (Text("q"),)), "u1"))
    assert (user["type"], user["shouldQuery"], user["client_composed"]) == ("user", False, True)
    reply = orjson.loads(frames.earlier(Message(Role.ASSISTANT, (Text("a"),)), "u2"))
    assert (reply["type"], reply["uuid"]) == ("assistant", "u2")
    assert reply["message"]["content"] == [{"type": "text", "text": "a"}]


def test_files_go_in_the_form_of_claudes_api() -> None:
    parts = (Image("image/png", b"\x89"), Document("application/pdf", b"%PDF", "a.pdf"), Text("what?"))
    content = orjson.loads(frames.question([Message(Role.USER, parts)]))["message"]["content"]
    assert [block["type"] for block in content] == ["image", "document", "text"]


def test_the_system_prompt_goes_with_the_introduction() -> None:
    line = orjson.loads(frames.introduction("r1", ("who", "where")))
    assert line["request_id"] == "r1"
    assert line["request"] == {"subtype": "initialize", "systemPrompt": ["who", "where"]}


def test_what_the_program_asks_for_is_refused() -> None:
    answer = orjson.loads(frames.refusal("r9"))
    assert (answer["response"]["subtype"], answer["response"]["request_id"]) == ("error", "r9")
