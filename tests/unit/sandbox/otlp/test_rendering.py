import json

import pytest
from support.spans import BEGAN, MS, span, trace

from parley_sandbox.otlp import Backlink, Event, Link, as_json, as_text

TURN = trace(
    span("discord message_create", end=3_104),
    span("HoldTurn", "discord message_create", 1, 12, kind="client"),
    span("serve HoldTurn", "HoldTurn", 2, 11, service="cache", kind="server", links=(Link("t0", "s0", {}),)),
    span(
        "chat claude", "discord message_create", 12, 3_100, service="executor", status="error",
        status_message="overloaded", events=(Event("first text", BEGAN + 420 * MS, {"tokens": 1}),),
        attributes={"gen_ai.usage.input_tokens": 9},
    ),
    span("lost", "nowhere", 50, 51, service="monitor"),
    linked_from=(Backlink("t9", "s9", "HoldTurn"),),
)  # fmt: skip


def test_a_terminal_shows_the_whole_turn() -> None:
    assert as_text(TURN) == (
        "trace t1, 3.10 s, 5 spans, 4 services, 1 error\n"
        "* gateway  discord message_create  +   0.0 ms     3.10 s\n"
        "* ├─ gateway  HoldTurn             +   1.0 ms    11.0 ms\n"
        "* │  └─ cache  serve HoldTurn      +   2.0 ms     9.0 ms\n"
        "  │     → links to t0/s0\n"
        "* └─ executor  chat claude         +  12.0 ms     3.09 s  ERROR overloaded\n"
        "  (orphan) monitor  lost           +  50.0 ms     1.0 ms\n"
        "linked from t9/s9 to HoldTurn\n"
    )


def test_a_trace_of_nothing_is_shown_as_such() -> None:
    assert as_text(trace()) == "trace t1, 0.0 ms, 0 spans, 0 services\n"


def test_spans_that_were_not_kept_are_mentioned() -> None:
    assert (
        as_text(trace(span("root"), dropped=1)).splitlines()[0]
        == "trace t1, 1.0 ms, 1 span, 1 service, 1 span not kept"
    )


def test_the_page_gets_rows_in_tree_order_that_are_json() -> None:
    shown = json.loads(json.dumps(as_json(TURN)))
    assert (shown["trace_id"], shown["duration_ms"], shown["errors"]) == ("t1", 3_104, 1)
    assert shown["services"] == ["cache", "executor", "gateway", "monitor"]
    assert shown["linked_from"] == [{"trace_id": "t9", "span_id": "s9", "target_id": "HoldTurn"}]
    rows = [(row["name"], row["depth"], row["critical"], row["orphan"]) for row in shown["spans"]]
    assert rows == [
        ("discord message_create", 0, True, False),
        ("HoldTurn", 1, True, False),
        ("serve HoldTurn", 2, True, False),
        ("chat claude", 1, True, False),
        ("lost", 0, False, True),
    ]


def test_a_row_says_all_about_its_span() -> None:
    row = as_json(TURN)["spans"][3]
    assert (row["offset_ms"], row["duration_ms"]) == pytest.approx((12, 3_088))
    assert (row["status"], row["status_message"]) == ("error", "overloaded")
    assert row["attributes"] == {"gen_ai.usage.input_tokens": 9}
    assert row["events"] == [{"name": "first text", "offset_ms": 420, "attributes": {"tokens": 1}}]
    assert as_json(TURN)["spans"][2]["links"] == [{"trace_id": "t0", "span_id": "s0", "attributes": {}}]
