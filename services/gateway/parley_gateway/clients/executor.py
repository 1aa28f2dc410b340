"""Executors over gRPC. One channel an address; the call's deadline is the turn's."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable

import grpc
from typing_extensions import override

from parley.executor.v1 import executor_pb2 as pb
from parley.executor.v1.executor_pb2_grpc import ExecutorServiceStub
from parley_gateway.clients.wire import faults
from parley_gateway.model import (
    Completed,
    Delta,
    ExecutionEvent,
    Failed,
    Line,
    Paper,
    Picture,
    Request,
    Speaker,
    Started,
    Usage,
)
from parley_gateway.ports import Execution, Executors
from parley_kit.channel import Channels

PDF = "application/pdf"
ROLES = {Speaker.USER: pb.ROLE_USER, Speaker.ASSISTANT: pb.ROLE_ASSISTANT}


class ExecutorClient(Executors):
    """Calls executors by address."""

    def __init__(self, channels: Channels) -> None:
        self._channels = channels

    def warm(self, addresses: Iterable[str]) -> None:
        """Connect ahead of the first turn."""
        for address in addresses:
            self._channels.channel(address).get_state(try_to_connect=True)

    @override
    def execute(self, address: str, request: Request) -> Execution:
        stub = ExecutorServiceStub(self._channels.channel(address))
        return _Execution(stub.Execute(_request(request), timeout=request.deadline.total_seconds()))


class _Execution(Execution):
    def __init__(self, call: grpc.aio.UnaryStreamCall[pb.ExecuteRequest, pb.ExecuteResponse]) -> None:
        self._call = call

    @override
    async def __aiter__(self) -> AsyncIterator[ExecutionEvent]:
        while True:
            with faults():
                response = await self._call.read()
            if not isinstance(response, pb.ExecuteResponse):
                return
            if (event := _event(response)) is not None:
                yield event

    @override
    def cancel(self) -> None:
        self._call.cancel()


def _request(request: Request) -> pb.ExecuteRequest:
    wire = pb.ExecuteRequest(
        turn_id=request.turn_id,
        conversation_id=request.conversation_id,
        model=request.model,
        system=[pb.SystemBlock(text=text) for text in request.system],
        parameters=pb.Parameters(max_output_tokens=request.max_output_tokens),
    )
    for line in request.lines:
        _write(line, wire.messages.add(role=ROLES[line.speaker]))
    return wire


def _write(line: Line, message: pb.Message) -> None:
    """Fill a message where it stands: one that is made apart and put in is a copy of its files, some 20 MB."""
    for file in line.files:
        part = message.parts.add()
        blob, content_type = (part.image, file.content_type) if isinstance(file, Picture) else (part.document, PDF)
        blob.content_type, blob.content = content_type, file.content
        if isinstance(file, Paper):
            blob.filename = file.filename
    message.parts.add(text=line.text)


def _event(response: pb.ExecuteResponse) -> ExecutionEvent | None:
    """Return the event; None for one of a newer executor than we know."""
    match response.WhichOneof("event"):
        case "started":
            begun = response.started
            return Started(begun.engine, begun.model, _usage(begun.usage), begun.output_price_micro_usd)
        case "text_delta":
            return Delta(response.text_delta.text)
        case "completed":
            return Completed(response.completed.stop_reason, _usage(response.completed.usage))
        case "failed":
            failed = response.failed
            wait = failed.retry_after.ToTimedelta() if failed.HasField("retry_after") else None
            return Failed(failed.reason, failed.retryable, wait)
        case _:
            return None


def _usage(usage: pb.Usage) -> Usage:
    return Usage(
        usage.input_tokens,
        usage.output_tokens,
        usage.cache_read_tokens,
        usage.cache_write_tokens,
        usage.cost_micro_usd,
    )
