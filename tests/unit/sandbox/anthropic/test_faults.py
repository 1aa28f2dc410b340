import pytest

from parley_sandbox.anthropic.errors import TYPES
from parley_sandbox.anthropic.faults import KINDS, STATUSES, Fault, FaultList

MODEL = "claude-sonnet-5-5"


def struck(faults: FaultList, question: str = "hello", model: str = MODEL) -> list[str]:
    return [fault.kind for fault in faults.strike(model, question)]


def test_a_fault_strikes_as_often_as_it_was_told() -> None:
    faults = FaultList()
    faults.add(Fault("cut", times=2))
    assert [struck(faults) for _ in range(3)] == [["cut"], ["cut"], []]
    assert faults.list() == ()


def test_a_fault_without_a_number_strikes_until_it_is_removed() -> None:
    faults = FaultList()
    fault = faults.add(Fault("stall", times=None))
    assert [struck(faults) for _ in range(3)] == [["stall"]] * 3
    assert faults.remove(fault.id)
    assert not faults.remove(fault.id)
    assert struck(faults) == []


def test_what_is_left_can_be_seen() -> None:
    faults = FaultList()
    faults.add(Fault("cut", times=3))
    struck(faults)
    assert [fault.times for fault in faults.list()] == [2]
    faults.clear()
    assert faults.list() == ()


def test_a_fault_can_wait_for_one_model_or_one_question() -> None:
    faults = FaultList()
    faults.add(Fault("cut", model="claude-opus-5-5"))
    faults.add(Fault("stall", containing="tea"))
    assert struck(faults) == []
    assert struck(faults, "a cup of tea") == ["stall"]
    assert struck(faults, model="claude-opus-5-5") == ["cut"]


def test_every_kind_says_what_it_does_in_one_line() -> None:
    assert FaultList.kinds is KINDS
    assert all(text and "\n" not in text for text in KINDS.values())
    assert STATUSES.items() <= {(kind, status) for status, kind in TYPES.items()}


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"kind": "flood"}, "no fault 'flood'; there are"),
        ({"kind": "cut", "times": 0}, "times"),
        ({"kind": "cut", "after": -1}, "after"),
    ],
)
def test_a_fault_that_cannot_be_is_refused(fields: dict[str, object], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        Fault(**fields)  # type: ignore[arg-type]  # wrong on purpose
