"""Faults out of failed calls, times in and out of protobuf."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import grpc
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from parley_kit.faults import Unavailable
from parley_kit.status import fault_of


@contextmanager
def faults() -> Iterator[None]:
    """Turn a call's failure into the fault that it tells of."""
    try:
        yield
    except grpc.aio.AioRpcError as error:
        raise fault_of(error) from None
    except (asyncio.InvalidStateError, grpc.aio.UsageError) as error:
        raise Unavailable("UNAVAILABLE", "The call has ended.") from error


def duration(span: timedelta) -> Duration:
    """Return a protobuf duration."""
    message = Duration()
    message.FromTimedelta(span)
    return message


def timestamp(moment: datetime) -> Timestamp:
    """Return a protobuf timestamp."""
    message = Timestamp()
    message.FromDatetime(moment.astimezone(UTC))
    return message


def moment(message: Timestamp) -> datetime:
    """Return an aware time in UTC."""
    return message.ToDatetime(tzinfo=UTC)
