from __future__ import annotations

from datetime import timedelta

from parley_kit.faults import Exhausted, InvalidInput


def test_a_fault_says_what_now() -> None:
    fault = Exhausted("POOL_FULL", "All slots are taken.", retry_after=timedelta(seconds=1))
    assert str(fault) == "All slots are taken."
    assert repr(fault) == "Exhausted('POOL_FULL', 'All slots are taken.')"
    assert (fault.reason, fault.retry_after, fault.field) == ("POOL_FULL", timedelta(seconds=1), None)


def test_bad_input_names_its_field_in_its_sentence() -> None:
    fault = InvalidInput("prompt", "must not be empty.")
    assert str(fault) == "prompt: must not be empty."
    assert (fault.field, fault.reason) == ("prompt", "INVALID_REQUEST")
