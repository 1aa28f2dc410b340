from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from parley.gateway.v1 import gateway_pb2
from parley.monitor.v1 import monitor_pb2
from parley_sandbox.web.server import capacity, turns
from parley_sandbox.web.server.turns import Turns


def turn(number: int, state: str = "answering", **more: Any) -> dict[str, Any]:
    return {"turn_id": str(number), "state": state, "message_ids": [], **more}


def test_a_turn_is_found_by_its_question_and_by_every_message_of_its_reply() -> None:
    known = Turns()
    known.take(turn(1, message_ids=["5", "6"]))
    assert known.get("1") is known.get("6") is not None
    assert known.get("7") is None


def test_the_oldest_turns_leave() -> None:
    known = Turns(kept=2)
    for number in range(3):
        known.take(turn(number))
    assert [each["turn_id"] for each in known.newest_first()] == ["2", "1"]


def test_a_gateway_that_lags_behind_cannot_reopen_a_turn() -> None:
    known = Turns()
    known.take(turn(1, "ended", outcome="answered"))
    known.take(turn(1, "answering"))
    assert (known.get("1") or {})["state"] == "ended"


def test_only_changes_are_told() -> None:
    known, heard = Turns(), list[dict[str, Any]]()
    known.told_to(heard.append)
    known.take(turn(1))
    known.take(turn(1))
    known.take(turn(1, "ended"))
    assert [each["state"] for each in heard] == ["answering", "ended"]


def test_a_turn_on_the_wire_becomes_plain_values_with_null_for_what_is_unknown() -> None:
    shown = turns.as_json(
        gateway_pb2.Turn(
            turn_id="1",
            state=gateway_pb2.TURN_STATE_WAITING,
            asked_at=Timestamp(seconds=12, nanos=500_000_000),
            message_ids=["2"],
        )
    )
    assert shown["state"] == "waiting"
    assert shown["asked_at"] == 12_500.0
    assert shown["ended_at"] is None
    assert shown["trace_id"] is None
    assert shown["message_ids"] == ["2"]


def test_a_capacity_map_on_the_wire_becomes_plain_values() -> None:
    executors = [monitor_pb2.Executor(instance=f"host-{at}", address=f"host:{at}", slots=4, free=1) for at in (1, 2)]
    wire = monitor_pb2.CapacityMap(tier=monitor_pb2.TIER_BUSY, executors=executors)
    shown = capacity.as_json(wire, {"host:2": "executor-2"})
    assert shown["tier"] == "busy"
    assert shown["estimate_seconds"] is None
    assert shown["executors"][0]["free"] == 1
    assert [executor["name"] for executor in shown["executors"]] == ["host-1", "executor-2"]
