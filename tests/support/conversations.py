"""Conversations and streams as tests of the executor write them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from parley_executor.engines.port import Deadline, Engine, EngineError, EngineEvent
from parley_executor.model import Message, Request, Role, Text


def said(*texts: str) -> tuple[Message, ...]:
    """Let a user and Claude speak in turn, the user first."""
    roles = (Role.USER, Role.ASSISTANT)
    return tuple(Message(roles[at % 2], (Text(text),)) for at, text in enumerate(texts))


def ask(*texts: str, **more: Any) -> Request:
    """Ask for a reply to a conversation; the last text is the question."""
    values: dict[str, Any] = {
        "turn_id": "turn-1",
        "conversation_id": "conversation-1",
        "model": "claude-sonnet-5",
        "system": (),
        "messages": said(*texts),
        "max_output_tokens": 1024,
    }
    return Request(**(values | more))


def within(first_text: float = 30.0, whole: float = 60.0, gap: float = 30.0) -> Deadline:
    """Give a stream so many seconds from now."""
    now = asyncio.get_running_loop().time()
    return Deadline(first_text=now + first_text, end=now + whole, gap=gap)


async def run(
    engine: Engine, request: Request, deadline: Deadline | None = None
) -> tuple[list[EngineEvent], EngineError | None]:
    """Read a stream to its end: what came, and the error if it failed."""
    events: list[EngineEvent] = []
    try:
        async for event in engine.stream(request, deadline or within()):
            events.append(event)  # noqa: PERF401 — a comprehension would lose what came before a failure
    except EngineError as error:
        return events, error
    return events, None


def text_of(events: Sequence[EngineEvent]) -> str:
    """Join the text of a stream."""
    return "".join(getattr(event, "text", "") for event in events)
