from __future__ import annotations

from datetime import timedelta

import grpc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley_kit import faults, status

KINDS = [kind for kind in status.TABLE if kind is not faults.InvalidInput]


def sent(fault: faults.Fault) -> grpc.aio.AioRpcError:
    """Take a fault to where a client has it in its hands."""
    told = status.to_status(fault)
    trailers = grpc.aio.Metadata(*told.trailing_metadata)
    return grpc.aio.AioRpcError(told.code, grpc.aio.Metadata(), trailers, told.details)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("retry_after", [None, timedelta(seconds=1.5)])
def test_a_fault_arrives_as_it_was_raised(kind: type[faults.Fault], retry_after: timedelta | None) -> None:
    error = sent(kind("SOME_REASON", "Something is the matter.", retry_after=retry_after))
    assert error.code() is status.TABLE[kind]
    fault = status.fault_of(error)
    assert type(fault) is kind
    assert (fault.reason, fault.message, fault.retry_after) == ("SOME_REASON", "Something is the matter.", retry_after)
    assert str(fault) == "Something is the matter."


def test_bad_input_arrives_with_its_field() -> None:
    raised = faults.InvalidInput("report.instance", "must not be empty.")
    error = sent(raised)
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
    fault = status.fault_of(error)
    assert isinstance(fault, faults.InvalidInput)
    assert (fault.reason, fault.field) == ("INVALID_REQUEST", "report.instance")
    assert fault.message == raised.message == "report.instance: must not be empty."
    assert str(fault) == str(raised)


@given(milliseconds=st.integers(0, 86_400_000))
def test_the_time_to_wait_arrives_exactly(milliseconds: int) -> None:
    wait = timedelta(milliseconds=milliseconds)
    assert status.fault_of(sent(faults.Exhausted("FULL", "Full.", retry_after=wait))).retry_after == wait


@pytest.mark.parametrize("code", [code for code in grpc.StatusCode if code is not grpc.StatusCode.OK])
def test_a_stranger_s_status_without_details_is_understood(code: grpc.StatusCode) -> None:
    fault = status.fault_of(grpc.aio.AioRpcError(code, grpc.aio.Metadata(), grpc.aio.Metadata(), "What it said."))
    assert type(fault) is status.FAULTS.get(code, faults.Internal)
    assert (fault.reason, fault.message) == (code.name, "What it said.")
    assert fault.retry_after is None


def test_a_status_without_words_is_named_by_its_code() -> None:
    error = grpc.aio.AioRpcError(grpc.StatusCode.UNAVAILABLE, grpc.aio.Metadata(), grpc.aio.Metadata(), None)
    assert status.fault_of(error).message == "UNAVAILABLE"


def test_details_that_are_not_ours_are_no_mistake() -> None:
    trailers = grpc.aio.Metadata(("grpc-status-details-bin", b"\xff\xff"))
    error = grpc.aio.AioRpcError(grpc.StatusCode.UNAVAILABLE, grpc.aio.Metadata(), trailers, "Gone.")
    fault = status.fault_of(error)
    assert (type(fault), fault.reason, fault.message) == (faults.Unavailable, "UNAVAILABLE", "Gone.")


def test_every_kind_of_fault_has_its_own_code() -> None:
    kinds = {kind for kind in vars(faults).values() if isinstance(kind, type) and issubclass(kind, faults.Fault)}
    assert kinds - {faults.Fault} == set(status.TABLE)
    assert len(set(status.TABLE.values())) == len(status.TABLE)


def test_a_more_special_fault_has_the_code_of_its_kind() -> None:
    class PoolFull(faults.Exhausted):
        pass

    assert status.code_of(PoolFull("POOL_FULL", "Full.")) is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert status.code_of(faults.Fault("ODD", "Odd.")) is grpc.StatusCode.INTERNAL
