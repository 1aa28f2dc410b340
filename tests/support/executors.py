"""A real executor before a loopback Claude, on free ports in the test's own loop."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from support.services import Running, channel_to, running

from parley.executor.v1 import executor_pb2 as pb
from parley.executor.v1 import executor_pb2_grpc
from parley_executor.app import Executor, build
from parley_executor.settings import ExecutorSettings
from parley_executor.slots import Slots
from parley_sandbox.anthropic import LoopbackClaude

KEY = "sk-ant-loopback-key"


@dataclass(frozen=True, slots=True)
class Stand:
    """An executor, its caller's stub, and the Claude behind it."""

    running: Running[ExecutorSettings]
    stub: executor_pb2_grpc.ExecutorServiceStub
    claude: LoopbackClaude

    @property
    def slots(self) -> Slots:
        """The slots of the executor."""
        service = self.running.bound.service
        assert isinstance(service, Executor)
        return service.slots

    def execute(self, question: str, *, timeout: float | None = 20.0, metadata: Any = None, **fields: Any) -> Any:
        """Call Execute with one question."""
        return self.stub.Execute(ask(question, **fields), timeout=timeout, metadata=metadata)


def ask(question: str, **fields: Any) -> pb.ExecuteRequest:
    """Ask one question."""
    message = pb.Message(role=pb.ROLE_USER, parts=[pb.Part(text=question)])
    return pb.ExecuteRequest(**{"turn_id": "turn-1", "conversation_id": "conv-1", "messages": [message], **fields})


async def read(call: Any) -> list[pb.ExecuteResponse]:
    """Read a reply to its end."""
    return [response async for response in call]


def text_of(responses: list[pb.ExecuteResponse]) -> str:
    """Join the text of a reply."""
    return "".join(response.text_delta.text for response in responses)


def settings(base_url: str, **more: Any) -> ExecutorSettings:
    """Make settings for a test: loopback, free ports, no announcement."""
    values: dict[str, Any] = {
        "listen": "127.0.0.1:0",
        "metrics_listen": None,
        "drain_announce": 0,
        "grace": 10,
        "anthropic_api_key": KEY,
        "anthropic_base_url": base_url,
    }
    return ExecutorSettings(**(values | more))


@contextlib.asynccontextmanager
async def executor(claude: LoopbackClaude, base_url: str, **more: Any) -> AsyncIterator[Stand]:
    """Run an executor; at its end no stream to Claude may be left."""
    run = running(settings(base_url, **more), "parley-executor", build)
    async with run as service, channel_to(service.address) as channel:
        yield Stand(service, executor_pb2_grpc.ExecutorServiceStub(channel), claude)
    await claude.streams_open(0)
