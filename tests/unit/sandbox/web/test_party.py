from typing import Any

import pytest

from parley_sandbox.otlp import Span, Trace
from parley_sandbox.web.server.party import party_of, summary, trace_view, writes_to_discord


def span(
    name: str, service: str, *, kind: Any = "internal", number: str = "a", parent: str = "", **attributes: Any
) -> Span:
    named = {key.replace("_", "."): value for key, value in attributes.items()}
    return Span("t", number, parent, name, kind, service, 1_000_000, 3_000_000, named, {})


@pytest.mark.parametrize(
    ("of", "party"),
    [
        (span("HoldTurn", "parley-cache", kind="server"), "cache"),
        (span("HoldTurn", "parley-gateway", kind="client"), "gateway"),
        (span("EVALSHA", "parley-cache", kind="client", db_system_name="redis"), "redis"),
        (span("chat claude-x", "parley-executor", kind="client"), "claude"),
        (
            span("PATCH /channels/{channel_id}", "parley-gateway", kind="client", **{"http.request.method": "PATCH"}),
            "discord",
        ),
        (span("POST /v1/messages", "parley-executor", kind="client", **{"http.request.method": "POST"}), "claude"),
        (span("discord MESSAGE_CREATE", "parley-gateway"), "discord"),
        (span("x", "somebody"), "other"),
    ],
)
def test_a_span_has_the_colour_of_the_party_that_the_time_went_to(of: Span, party: str) -> None:
    assert party_of(of) == party


def test_creates_and_edits_of_messages_are_marked_and_typing_is_not() -> None:
    def rest(method: str, route: str) -> Span:
        return span(f"{method} {route}", "parley-gateway", kind="client", **{"http.request.method": method})

    assert writes_to_discord(rest("POST", "/channels/{channel_id}/messages")) == "create"
    assert writes_to_discord(rest("PATCH", "/channels/{channel_id}/messages/{message_id}")) == "edit"
    assert writes_to_discord(rest("POST", "/channels/{channel_id}/typing")) is None
    assert writes_to_discord(span("messages", "parley-cache")) is None


def test_a_trace_is_shown_row_by_row_and_summed_up_in_a_line() -> None:
    trace = Trace("t", (span("discord X", "parley-gateway"), span("HoldTurn", "parley-cache", number="b", parent="a")))
    assert [(row["party"], row["depth"]) for row in trace_view(trace)["spans"]] == [("discord", 0), ("cache", 1)]
    assert summary(trace)["name"] == "discord X"
    assert summary(trace)["duration_ms"] == 2.0
