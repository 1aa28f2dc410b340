from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from parley.executor.v1 import executor_pb2 as pb
from parley_executor import wire
from parley_executor.model import (
    Document,
    Effort,
    Image,
    Message,
    ModelCard,
    ReplyCompleted,
    ReplyFailed,
    ReplyStarted,
    ReplyText,
    Request,
    Role,
    Text,
    Urgency,
    Usage,
)
from parley_executor.offers import Offer
from parley_executor.reasons import Reason
from parley_kit.faults import InvalidInput


def user(*parts: pb.Part) -> pb.Message:
    return pb.Message(role=pb.ROLE_USER, parts=parts)


def text(words: str = "hello") -> pb.Part:
    return pb.Part(text=words)


def image(content_type: str = "image/png", content: bytes = b"x") -> pb.Part:
    return pb.Part(image=pb.Blob(content_type=content_type, content=content))


def document(content_type: str = "text/plain", content: bytes = b"x", filename: str = "a") -> pb.Part:
    return pb.Part(document=pb.Blob(content_type=content_type, content=content, filename=filename))


DEFAULTS = wire.Defaults(
    model="usual", max_output_tokens=77, effort=Effort.LOW, aliases={"usual": "claude-default", "big": "claude-opus-5"}
)


def read(message: pb.ExecuteRequest) -> Request:
    return wire.request(message, DEFAULTS)


def test_a_conversation_is_read_whole() -> None:
    message = pb.ExecuteRequest(
        turn_id="t",
        conversation_id="c",
        model="claude-opus-5",
        system=[pb.SystemBlock(text="who"), pb.SystemBlock(text="where")],
        messages=[
            user(text("one")),
            pb.Message(role=pb.ROLE_ASSISTANT, parts=[text("two")]),
            user(image(), document("application/pdf", b"%PDF", "p.pdf"), document("text/x-python"), text("three")),
        ],
        parameters=pb.Parameters(max_output_tokens=5, effort=pb.EFFORT_XHIGH),
        **{"class": pb.REQUEST_CLASS_BACKGROUND},
    )
    assert read(message) == Request(
        turn_id="t",
        conversation_id="c",
        model="claude-opus-5",
        system=("who", "where"),
        messages=(
            Message(Role.USER, (Text("one"),)),
            Message(Role.ASSISTANT, (Text("two"),)),
            Message(
                Role.USER,
                (
                    Image("image/png", b"x"),
                    Document("application/pdf", b"%PDF", "p.pdf"),
                    Document("text/x-python", b"x", "a"),
                    Text("three"),
                ),
            ),
        ),
        max_output_tokens=5,
        effort=Effort.XHIGH,
        urgency=Urgency.BACKGROUND,
    )


def test_what_a_request_does_not_name_is_the_executors_own() -> None:
    asked = read(pb.ExecuteRequest(messages=[user(text())]))
    assert (asked.model, asked.max_output_tokens, asked.urgency) == ("claude-default", 77, Urgency.INTERACTIVE)
    assert asked.effort is Effort.LOW


def test_an_alias_is_the_model_that_it_stands_for() -> None:
    assert read(pb.ExecuteRequest(messages=[user(text())], model="big")).model == "claude-opus-5"
    assert read(pb.ExecuteRequest(messages=[user(text())], model="claude-else")).model == "claude-else"


@pytest.mark.parametrize("effort", [number for number in pb.Effort.values() if number != pb.EFFORT_UNSPECIFIED])
def test_each_level_of_effort_can_be_asked_for(effort: pb.Effort.ValueType) -> None:
    asked = read(pb.ExecuteRequest(messages=[user(text())], parameters=pb.Parameters(effort=effort)))
    assert asked.effort.name == pb.Effort.Name(effort).removeprefix("EFFORT_")


def test_a_model_is_told_with_its_names_and_what_it_takes() -> None:
    card = ModelCard("claude-opus-5", "Claude Opus 5", 1_000_000, 128_000, (Effort.LOW, Effort.MAX), frozenset())
    (model,) = wire.models([Offer(card, ("big", "best"), default=True)]).models
    assert model == pb.Model(
        id="claude-opus-5",
        display_name="Claude Opus 5",
        aliases=["big", "best"],
        default=True,
        max_input_tokens=1_000_000,
        max_output_tokens=128_000,
        efforts=[pb.EFFORT_LOW, pb.EFFORT_MAX],
    )


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        ({}, "messages"),
        ({"messages": [pb.Message(parts=[text()])]}, "messages[0].role"),
        ({"messages": [pb.Message(role=pb.ROLE_ASSISTANT, parts=[text()])]}, "messages[0].role"),
        (
            {"messages": [user(text()), pb.Message(role=pb.ROLE_ASSISTANT, parts=[text()])]},
            "messages[1].role",
        ),
        ({"messages": [user()]}, "messages[0].parts"),
        ({"messages": [user(pb.Part())]}, "messages[0].parts[0]"),
        ({"messages": [user(text(" \n"))]}, "messages[0].parts[0].text"),
        ({"messages": [user(text(), image("image/tiff"))]}, "messages[0].parts[1].image.content_type"),
        ({"messages": [user(image(content=b""))]}, "messages[0].parts[0].image.content"),
        ({"messages": [user(document("application/zip"))]}, "messages[0].parts[0].document.content_type"),
        ({"messages": [user(document(content=b"\xff"))]}, "messages[0].parts[0].document.content"),
        ({"messages": [user(document(filename="n" * 257))]}, "messages[0].parts[0].document.filename"),
        ({"messages": [user(text())], "system": [pb.SystemBlock()]}, "system[0].text"),
        ({"messages": [user(text())], "model": "m" * 257}, "model"),
        ({"messages": [user(text())], "turn_id": "m" * 257}, "turn_id"),
        ({"messages": [user(text())], "parameters": {"effort": 99}}, "parameters.effort"),
        ({"messages": [user(text("x" * (32 * 1024 * 1024)))]}, "request"),
    ],
)
def test_bad_input_is_named_by_its_field_and_never_quoted(request_: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read(pb.ExecuteRequest(**request_))
    assert caught.value.field == field
    assert len(caught.value.message) < 200


def test_each_event_has_its_message() -> None:
    begun = ReplyStarted("messages_api", "claude-sonnet-5", 0.25, Usage(input_tokens=10), 20, 5_000_000)
    started = wire.response(begun).started
    assert (started.usage.input_tokens, started.usage.cost_micro_usd, started.output_price_micro_usd) == (
        10,
        20,
        5_000_000,
    )
    assert (started.engine, started.model) == ("messages_api", "claude-sonnet-5")
    assert started.waited.ToTimedelta() == timedelta(seconds=0.25)
    assert wire.response(ReplyText("hi")).text_delta.text == "hi"


def test_the_end_of_a_reply_tells_its_usage_and_its_times() -> None:
    done = wire.response(ReplyCompleted("end_turn", Usage(1, 2, 3, 4), 0.5, 1.5)).completed
    assert done.stop_reason == "end_turn"
    assert done.usage == pb.Usage(input_tokens=1, output_tokens=2, cache_read_tokens=3, cache_write_tokens=4)
    assert done.timings.first_text.ToTimedelta() == timedelta(seconds=0.5)
    assert done.timings.total.ToTimedelta() == timedelta(seconds=1.5)
    empty = wire.response(ReplyCompleted("refusal", Usage(), None, 1.0)).completed
    assert not empty.timings.HasField("first_text")


def test_a_broken_reply_tells_its_reason_and_the_wait_where_it_is_known() -> None:
    failed = wire.response(ReplyFailed(Reason.OVERLOADED, True, timedelta(seconds=3))).failed
    assert (failed.reason, failed.retryable, failed.retry_after.seconds) == ("OVERLOADED", True, 3)
    assert not wire.response(ReplyFailed(Reason.PROTOCOL, False, None)).failed.HasField("retry_after")
