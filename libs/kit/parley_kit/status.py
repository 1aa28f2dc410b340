"""The one table between faults and gRPC statuses, with the details of google.rpc.

https://google.aip.dev/193 gives the shape: ErrorInfo always, RetryInfo and BadRequest where they apply.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import grpc
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.message import DecodeError
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status

from parley_kit import faults

DOMAIN = "parley"

TABLE: dict[type[faults.Fault], grpc.StatusCode] = {
    faults.InvalidInput: grpc.StatusCode.INVALID_ARGUMENT,
    faults.NotFound: grpc.StatusCode.NOT_FOUND,
    faults.Conflict: grpc.StatusCode.ABORTED,
    faults.OutOfRange: grpc.StatusCode.OUT_OF_RANGE,
    faults.Precondition: grpc.StatusCode.FAILED_PRECONDITION,
    faults.Exhausted: grpc.StatusCode.RESOURCE_EXHAUSTED,
    faults.Unavailable: grpc.StatusCode.UNAVAILABLE,
    faults.TimedOut: grpc.StatusCode.DEADLINE_EXCEEDED,
    faults.Internal: grpc.StatusCode.INTERNAL,
}
FAULTS: dict[grpc.StatusCode, type[faults.Fault]] = {code: kind for kind, code in TABLE.items()}


def code_of(fault: faults.Fault) -> grpc.StatusCode:
    """Return the status code of a fault or of the nearest class above it in the table."""
    return next((TABLE[kind] for kind in type(fault).__mro__ if kind in TABLE), grpc.StatusCode.INTERNAL)


def to_status(fault: faults.Fault) -> Any:
    """Return the status with details, as `ServicerContext.abort_with_status` takes it."""
    status = status_pb2.Status(
        code=code_pb2.Code.Value(code_of(fault).name), message=fault.message, details=list(_details(fault))
    )
    return rpc_status.to_status(status)


def _details(fault: faults.Fault) -> list[AnyMessage]:
    messages: list[Any] = [error_details_pb2.ErrorInfo(reason=fault.reason, domain=DOMAIN)]
    if fault.retry_after is not None:
        retry = error_details_pb2.RetryInfo()
        retry.retry_delay.FromTimedelta(fault.retry_after)
        messages.append(retry)
    if fault.field is not None:
        violation = error_details_pb2.BadRequest.FieldViolation(field=fault.field, description=fault.message)
        messages.append(error_details_pb2.BadRequest(field_violations=[violation]))
    return [_pack(message) for message in messages]


def _pack(message: Any) -> AnyMessage:
    packed = AnyMessage()
    packed.Pack(message)
    return packed


def fault_of(error: grpc.aio.AioRpcError) -> faults.Fault:
    """Return the fault that a failed call tells of; codes outside the table become Internal."""
    code = error.code()
    kind = FAULTS.get(code, faults.Internal)
    try:
        reason, retry_after, field = _read_details(error)
    except DecodeError:  # details of a stranger, or damaged ones: the code and the sentence stand
        reason, retry_after, field = "", None, None
    message = error.details() or code.name
    if kind is faults.InvalidInput:
        fault = faults.InvalidInput(field or "request", "", reason=reason or code.name)
        fault.message, fault.args = message, (message,)
        return fault
    return kind(reason or code.name, message, retry_after=retry_after, field=field)


def _read_details(error: grpc.aio.AioRpcError) -> tuple[str, timedelta | None, str | None]:
    reason, retry_after, field = "", None, None
    for packed in _status_of(error).details:
        info, retry, bad = error_details_pb2.ErrorInfo(), error_details_pb2.RetryInfo(), error_details_pb2.BadRequest()
        if packed.Unpack(info):
            reason = info.reason
        elif packed.Unpack(retry):
            retry_after = retry.retry_delay.ToTimedelta()
        elif packed.Unpack(bad) and bad.field_violations:
            field = bad.field_violations[0].field
    return reason, retry_after, field


def _status_of(error: grpc.aio.AioRpcError) -> status_pb2.Status:
    """Read the status from the trailers; an empty one when there is none or it is not ours to understand."""
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin" and isinstance(value, bytes):
            return status_pb2.Status.FromString(value)
    return status_pb2.Status()
