from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley_executor.engines.claude_cli.frames import Answered, Frame, Noted, Part, Recorded, Result, TurnBegan
from parley_executor.engines.claude_cli.turn import Turn
from parley_executor.engines.messages_events import MessageDelta, MessageStart, MessageStop, TextPiece, TokenCounts
from parley_executor.engines.port import Delta, EngineError, EngineEvent, Finished, Started
from parley_executor.model import Usage
from parley_executor.reasons import Reason

BEGAN = TurnBegan("session-1")
START = Part(MessageStart("msg_1", "claude-sonnet-5", TokenCounts(10, 1, 20, 30)))
STOP = Part(MessageStop())
ABANDONED = Part(MessageDelta(None, TokenCounts(10, 1)))
"""What the program itself puts in when a message breaks."""
SPOKEN = Recorded(None)
FAILED = Recorded("server_error")


def text(words: str) -> Part:
    return Part(TextPiece(words))


def why(reason: str) -> Part:
    return Part(MessageDelta(reason, TokenCounts(output=7)))


def result(failed: bool = False, status: int | None = None, calls: int = 1) -> Result:
    return Result(failed=failed, status=status, terminal="", calls=calls, words="")


def followed(*frames: Frame) -> tuple[Turn, list[EngineEvent], EngineError | None]:
    turn, events = Turn(), []
    try:
        for frame in frames:
            event = turn.take(frame)
            if event is not None:
                events.append(event)
            if turn.over:
                break
    except EngineError as error:
        return turn, events, error
    return turn, events, None


def test_a_whole_turn_is_started_deltas_finished_and_leaves_the_process_usable() -> None:
    turn, events, error = followed(BEGAN, START, text("Hello"), text(" there"), SPOKEN, why("end_turn"), STOP, result())
    assert error is None
    assert events == [
        Started(
            "claude-sonnet-5", "msg_1", "session-1", Usage(input_tokens=10, cache_read_tokens=20, cache_write_tokens=30)
        ),
        Delta("Hello"),
        Delta(" there"),
        Finished("end_turn", Usage(input_tokens=10, output_tokens=7, cache_read_tokens=20, cache_write_tokens=30)),
    ]
    assert turn.over
    assert turn.clean


@pytest.mark.parametrize("reason", ["max_tokens", "model_context_window_exceeded"])
def test_where_the_program_would_ask_again_the_reply_is_whole_at_once(reason: str) -> None:
    turn, events, _ = followed(BEGAN, START, text("Hello"), SPOKEN, why(reason))
    assert isinstance(events[-1], Finished)
    assert events[-1].stop_reason == reason
    assert turn.over
    assert not turn.clean


@pytest.mark.parametrize("reason", ["end_turn", "refusal"])
def test_a_reply_without_text_is_whole_at_once_since_the_program_would_ask_again(reason: str) -> None:
    turn, events, _ = followed(BEGAN, START, why(reason))
    assert [type(event) for event in events] == [Started, Finished]
    assert turn.over
    assert not turn.clean


def test_a_refusal_is_a_reply_after_which_the_process_is_not_kept() -> None:
    turn, events, error = followed(BEGAN, START, text("I"), FAILED, why("refusal"), STOP, result(failed=True))
    assert error is None
    assert isinstance(events[-1], Finished)
    assert events[-1].stop_reason == "refusal"
    assert not turn.clean


def test_a_second_call_of_the_programs_own_is_no_part_of_the_reply() -> None:
    turn, events, error = followed(BEGAN, START, text("a"), why("end_turn"), STOP, START, text("b"))
    assert error is None
    assert [event.text for event in events if isinstance(event, Delta)] == ["a"]
    assert turn.over
    assert not turn.clean


@pytest.mark.parametrize(
    ("frames", "reason", "partial"),
    [
        ([BEGAN, FAILED, result(True, 529)], Reason.OVERLOADED, False),
        ([BEGAN, START, FAILED, ABANDONED, STOP, result(True)], Reason.CONNECT, False),
        ([BEGAN, START, text("a"), FAILED, ABANDONED, STOP, result(True)], Reason.STREAM_BROKEN, True),
        ([BEGAN, START, text("a"), FAILED, ABANDONED, STOP, result(True, 529)], Reason.STREAM_BROKEN, True),
        ([BEGAN, START, ABANDONED, STOP, START, text("a")], Reason.PROTOCOL, False),
        ([BEGAN, START, text("a"), ABANDONED, STOP, START, text("a")], Reason.STREAM_BROKEN, True),
        ([BEGAN, START, text("a"), START], Reason.STREAM_BROKEN, True),
        ([BEGAN, SPOKEN, result()], Reason.MODEL_NOT_FOUND, False),
        ([BEGAN, result(calls=0)], Reason.PROTOCOL, False),
        ([BEGAN, text("a")], Reason.PROTOCOL, False),
        ([BEGAN, START, text("a"), result()], Reason.STREAM_BROKEN, True),
    ],
)
def test_what_breaks_is_one_error_and_never_a_whole_reply(frames: list[Frame], reason: Reason, partial: bool) -> None:
    turn, events, error = followed(*frames)
    assert error is not None
    assert (error.reason, error.partial) == (reason, partial)
    assert not any(isinstance(event, Finished) for event in events)
    assert not turn.clean


FRAMES: list[Frame] = [
    *(BEGAN, START, STOP, ABANDONED, SPOKEN, FAILED, text("a"), text("b")),
    *(why("end_turn"), why("max_tokens"), why("refusal")),
    *(result(), result(True), result(True, 500), result(calls=2)),
    *(Noted("u"), Answered("r", accepted=True, version="")),
]


@given(st.lists(st.sampled_from(FRAMES), max_size=12))
def test_whatever_comes_the_order_holds_and_only_a_whole_turn_is_clean(frames: list[Any]) -> None:
    turn, events, error = followed(*frames)
    kinds = [type(event) for event in events]
    assert kinds.count(Started) <= 1
    assert kinds.count(Finished) <= 1
    assert kinds[:1] in ([], [Started])
    assert Finished not in kinds[:-1]
    if error is not None:
        assert Finished not in kinds
        assert error.partial is (Delta in kinds)
    if turn.clean:
        assert kinds[-1] is Finished
        assert result() in frames
