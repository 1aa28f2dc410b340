from __future__ import annotations

from typing import Any

import orjson
import pytest

from parley_executor.engines.messages_reply import Reply
from parley_executor.engines.port import Delta, EngineError, EngineEvent, Finished, Started
from parley_executor.model import Usage
from parley_executor.reasons import Reason

START = {
    "type": "message_start",
    "message": {
        "id": "msg_1",
        "model": "claude-sonnet-5",
        "usage": {
            "input_tokens": 10,
            "cache_read_input_tokens": 20,
            "cache_creation_input_tokens": 30,
            "output_tokens": 1,
        },
    },
}
PING = {"type": "ping"}
STOP = {"type": "message_stop"}
OVERLOADED = {"type": "error", "error": {"type": "overloaded_error", "message": "secret words"}}


def text(words: str) -> dict[str, Any]:
    return {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": words}}


def ending(reason: str | None = "end_turn", **usage: int) -> dict[str, Any]:
    return {"type": "message_delta", "delta": {"stop_reason": reason}, "usage": {"output_tokens": 2, **usage}}


def wire(*events: dict[str, Any]) -> bytes:
    return b"".join(b"data: " + orjson.dumps(event) + b"\n\n" for event in events)


def failed(*events: dict[str, Any]) -> tuple[list[EngineEvent], EngineError]:
    got: list[EngineEvent] = []
    try:
        for event in Reply().feed(wire(*events)):
            got.append(event)  # noqa: PERF402 — what came before the failure is a subject too
    except EngineError as error:
        return got, error
    pytest.fail("the reply did not fail")


def test_a_whole_reply_is_started_deltas_finished_with_its_usage() -> None:
    reply = Reply()
    events = list(reply.feed(wire(START, PING, text("Hello"), text(" there"), ending(), STOP)))
    assert events == [
        Started("claude-sonnet-5", "msg_1", usage=Usage(input_tokens=10, cache_read_tokens=20, cache_write_tokens=30)),
        Delta("Hello"),
        Delta(" there"),
        Finished("end_turn", Usage(input_tokens=10, output_tokens=2, cache_read_tokens=20, cache_write_tokens=30)),
    ]
    assert reply.finished


def test_newer_counts_replace_older_ones_and_silence_keeps_them() -> None:
    events = list(Reply().feed(wire(START, ending(input_tokens=11), STOP)))
    assert events[-1] == Finished(
        "end_turn", Usage(input_tokens=11, output_tokens=2, cache_read_tokens=20, cache_write_tokens=30)
    )


def test_an_empty_reply_is_a_reply() -> None:
    events = list(Reply().feed(wire(START, ending("refusal"), STOP)))
    assert [type(event) for event in events] == [Started, Finished]


def test_what_follows_the_end_is_nothing() -> None:
    assert isinstance(list(Reply().feed(wire(START, ending(), STOP, text("late"), OVERLOADED)))[-1], Finished)


@pytest.mark.parametrize(
    "events",
    [(text("early"),), (STOP,), (ending(),), (START, START), (START, STOP), (START, ending(None), STOP)],
)
def test_what_is_out_of_place_before_any_text_breaks_the_protocol(events: tuple[dict[str, Any], ...]) -> None:
    _, error = failed(*events)
    assert (error.reason, error.retryable, error.partial) == (Reason.PROTOCOL, False, False)


def test_a_reply_that_begins_again_is_broken_and_never_spliced() -> None:
    got, error = failed(START, text("first"), START, text("second"))
    assert got[1:] == [Delta("first")]
    assert (error.reason, error.partial) == (Reason.STREAM_BROKEN, True)


def test_an_error_event_before_text_has_its_own_reason_and_after_it_is_a_broken_stream() -> None:
    _, early = failed(START, OVERLOADED)
    assert (early.reason, early.upstream_status, early.partial) == (Reason.OVERLOADED, 529, False)
    got, late = failed(START, text("so far"), OVERLOADED)
    assert got[-1] == Delta("so far")
    assert (late.reason, late.upstream_status, late.partial) == (Reason.STREAM_BROKEN, 529, True)


def test_no_word_of_claudes_api_is_in_an_error() -> None:
    _, error = failed(START, OVERLOADED)
    assert "secret" not in f"{error!r} {error} {error.__cause__!r}"


def test_broken_json_counts_by_whether_text_had_come() -> None:
    for events, reason in ((wire(START), Reason.PROTOCOL), (wire(START, text("a")), Reason.STREAM_BROKEN)):
        with pytest.raises(EngineError) as caught:
            list(Reply().feed(events + b'data: {"type": "content_bl\n\n'))
        assert caught.value.reason is reason


def test_our_own_clocks_stay_what_they_are_after_text() -> None:
    reply = Reply()
    list(reply.feed(wire(START, text("a"))))
    error = reply.broken(EngineError(Reason.TIMED_OUT))
    assert (error.reason, error.partial) == (Reason.TIMED_OUT, True)
