import json
from typing import Any

import pytest

from parley_sandbox.anthropic import script
from parley_sandbox.anthropic.faults import Fault
from parley_sandbox.anthropic.pace import Pace
from parley_sandbox.anthropic.replies import Reply
from parley_sandbox.anthropic.script import Step, Stream

WORDS = ("one", " two", " three", " four", " five")
USAGE = {"input_tokens": 9, "cache_read_input_tokens": 4, "cache_creation": {"ephemeral_5m_input_tokens": 0}}


def play(*faults: Fault, words: tuple[str, ...] = WORDS, pace: Pace | None = None) -> list[Step]:
    stream = Stream("msg_1", "claude-sonnet-5-5", USAGE, Reply(words, "end_turn"), pace or Pace(ttft=0.5, tps=10))
    return list(script.steps(stream, faults))


def names(steps: list[Step]) -> list[str]:
    return [
        line.removeprefix("event: ")
        for step in steps
        for line in step.payload.decode().splitlines()
        if line[:6] == "event:"
    ]


def data(step: Step) -> list[Any]:
    return [json.loads(line[6:]) for line in step.payload.decode().splitlines() if line.startswith("data: ")]


def said(steps: list[Step]) -> str:
    return "".join(step.text or "" for step in steps)


def test_a_stream_has_anthropics_events_in_their_order() -> None:
    assert names(play()) == [
        "message_start",
        "ping",
        "content_block_start",
        *["content_block_delta"] * 5,
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]


def test_what_is_thought_comes_first_and_costs_its_tokens() -> None:
    reply = Reply(WORDS, "end_turn", thought=20)
    steps = list(script.steps(Stream("msg_1", "claude-sonnet-5", USAGE, reply, Pace(ttft=0.5, tps=10)), ()))
    events = [event for step in steps for event in data(step)]
    assert [(event["type"], event["index"]) for event in events if "index" in event] == [
        ("content_block_start", 0),
        ("content_block_delta", 0),
        ("content_block_stop", 0),
        ("content_block_start", 1),
        *[("content_block_delta", 1)] * 5,
        ("content_block_stop", 1),
    ]
    assert events[2]["content_block"]["type"] == "thinking"
    assert events[3]["delta"]["type"] == "signature_delta"
    assert steps[-2].due == pytest.approx(0.5 + 2.0 + 0.4)
    assert events[-2]["usage"]["output_tokens"] == 25
    assert events[-2]["usage"]["output_tokens_details"] == {"thinking_tokens": 20}


def test_a_summary_of_what_is_thought_is_shown_where_one_is_asked_for() -> None:
    reply = Reply(WORDS, "end_turn", thought=20, summary=True)
    steps = list(script.steps(Stream("msg_1", "claude-sonnet-5", USAGE, reply, Pace()), ()))
    kinds = [event["delta"].get("type") for step in steps for event in data(step) if "delta" in event]
    assert kinds[:2] == ["thinking_delta", "signature_delta"]


def test_the_first_event_tells_what_the_prompt_cost_and_the_last_ones_what_the_reply_cost() -> None:
    steps = play()
    start = data(steps[0])[0]["message"]
    assert (start["id"], start["role"], start["content"], start["stop_reason"]) == ("msg_1", "assistant", [], None)
    assert (start["usage"]["input_tokens"], start["usage"]["output_tokens"]) == (9, 1)
    delta = data(steps[-1])[1]
    assert delta["delta"] == {"stop_reason": "end_turn", "stop_sequence": None}
    assert delta["usage"] == {"input_tokens": 9, "cache_read_input_tokens": 4, "output_tokens": 5}


def test_every_token_has_its_place_on_the_clock() -> None:
    dues = [step.due for step in play() if step.text is not None]
    assert dues == pytest.approx([0.5, 0.6, 0.7, 0.8, 0.9])


def test_a_long_reply_does_not_drift() -> None:
    dues = [step.due for step in play(words=("x",) * 9_001, pace=Pace(ttft=1, tps=30)) if step.text is not None]
    assert dues[-1] == pytest.approx(301)


def test_without_a_pace_everything_is_due_with_the_first_token() -> None:
    assert {step.due for step in play(pace=Pace(ttft=2, tps=0))} == {0, 2}


@pytest.mark.parametrize("kind", ["cut", "stall"])
def test_a_connection_is_cut_or_falls_silent_after_so_many_deltas(kind: str) -> None:
    steps = play(Fault(kind, after=2))
    assert (said(steps), steps[-1].ending, steps[-1].payload) == ("one two", kind, b"")
    assert steps[-1].due == pytest.approx(0.7)


def test_an_error_event_ends_the_stream() -> None:
    steps = play(Fault("sse_error", after=2))
    assert said(steps) == "one two"
    assert data(steps[-1]) == [{"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}]
    assert steps[-1].ending == "sse_error"


def test_a_broken_event_loses_its_text_and_the_stream_goes_on() -> None:
    steps = play(Fault("broken_json", after=1))
    broken = steps[3].payload
    assert broken.startswith(b'event: content_block_delta\ndata: {"type"')
    assert broken.endswith(b"\n\n")
    with pytest.raises(json.JSONDecodeError):
        data(steps[3])
    assert said(steps) == "one three four five"
    assert names(steps)[-1] == "message_stop"


def test_a_restarted_reply_comes_whole_after_a_second_message_start() -> None:
    steps = play(Fault("restart", after=2))
    assert said(steps) == "one two" + "one two three four five"
    assert names(steps).count("message_start") == names(steps).count("content_block_start") == 2
    assert names(steps).count("message_stop") == 1


def test_a_fault_beyond_the_end_strikes_after_the_last_delta() -> None:
    steps = play(Fault("cut", after=99))
    assert (said(steps), steps[-1].ending) == ("one two three four five", "cut")
    assert said(play(Fault("broken_json", after=99))) == "one two three four"


def test_the_earliest_of_several_faults_ends_the_stream() -> None:
    assert play(Fault("sse_error", after=4), Fault("cut", after=1))[-1].ending == "cut"


def test_an_empty_reply_is_a_whole_message() -> None:
    steps = play(words=())
    assert names(steps)[-3:] == ["content_block_stop", "message_delta", "message_stop"]
    assert data(steps[-1])[1]["usage"]["output_tokens"] == 1
