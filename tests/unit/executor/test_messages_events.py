from __future__ import annotations

from typing import Any

import orjson
import pytest

from parley_executor.engines.messages_events import (
    ErrorEvent,
    MalformedEventError,
    MessageDelta,
    MessageEvent,
    MessageStart,
    MessageStop,
    TextPiece,
    TokenCounts,
    parse,
)
from parley_executor.engines.sse import SseEvent


def event(data: Any) -> MessageEvent | None:
    return parse(SseEvent("", orjson.dumps(data)))


def test_a_message_starts_with_its_name_its_model_and_what_it_read() -> None:
    usage = {"input_tokens": 3, "cache_read_input_tokens": 4, "cache_creation_input_tokens": 5, "output_tokens": 1}
    message = {"id": "msg_1", "model": "claude-sonnet-5", "usage": usage}
    assert event({"type": "message_start", "message": message}) == MessageStart(
        "msg_1", "claude-sonnet-5", TokenCounts(input=3, output=1, cache_read=4, cache_write=5)
    )


def test_text_comes_in_deltas_and_may_come_with_the_block() -> None:
    assert event(
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "hi"}}
    ) == TextPiece("hi")
    assert event(
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": "a"}}
    ) == TextPiece("a")


def test_the_stop_reason_comes_with_the_last_counts() -> None:
    data = {"type": "message_delta", "delta": {"stop_reason": "max_tokens"}, "usage": {"output_tokens": 9}}
    assert event(data) == MessageDelta("max_tokens", TokenCounts(output=9))


def test_the_end_and_an_error_are_told_apart() -> None:
    assert event({"type": "message_stop"}) == MessageStop()
    assert event({"type": "error", "error": {"type": "overloaded_error", "message": "x"}}) == ErrorEvent(
        "overloaded_error"
    )


@pytest.mark.parametrize(
    "data",
    [
        {"type": "ping"},
        {"type": "something_new", "field": 1},
        {"type": "content_block_stop", "index": 0},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "hmm"}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "signature_delta", "signature": "x"}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": ""}},
    ],
)
def test_what_says_nothing_to_a_reader_is_no_event(data: dict[str, Any]) -> None:
    assert event(data) is None


@pytest.mark.parametrize(
    "data",
    [
        b'{"type": "content_block_delta", "delta": {"type": "text_del',
        b"[]",
        b"7",
        b"{}",
        b'{"type": "content_block_delta"}',
        b'{"type": "content_block_delta", "delta": {"type": "text_delta", "text": 7}}',
        b'{"type": "message_start", "message": {"id": "m", "model": "c", "usage": {"input_tokens": -1}}}',
        b'{"type": "message_start", "message": {"id": "m", "model": "c", "usage": {"input_tokens": "3"}}}',
        b'{"type": "error"}',
        b'{"type": ["message_stop"]}',
    ],
)
def test_what_has_not_the_shape_of_its_type_is_refused_without_quoting_it(data: bytes) -> None:
    with pytest.raises(MalformedEventError) as caught:
        parse(SseEvent("some_name", data))
    assert str(caught.value) == "some_name"
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
