"""What tests of the loopback Claude share: a clock that jumps, requests, and a reader of its event stream."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
from typing_extensions import override

from parley_sandbox.anthropic.clock import Clock
from parley_sandbox.anthropic.wire import Request

KEY = {"x-api-key": "sk-loopback", "anthropic-version": "2023-06-01"}
MODEL = "claude-sonnet-5-5"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class JumpingClock(Clock):
    """Time that stands still until somebody waits; then it is at once as late as that."""

    def __init__(self) -> None:
        self.now = 100.0

    @override
    def monotonic(self) -> float:
        return self.now

    @override
    def wall(self) -> datetime:
        return NOON + timedelta(seconds=self.now)

    @override
    async def sleep_until(self, instant: float) -> None:
        self.now = max(self.now, instant)
        await asyncio.sleep(0)


def conversation(*said: str) -> list[dict[str, str]]:
    """Messages by user and assistant in turn."""
    return [{"role": ("user", "assistant")[at % 2], "content": text} for at, text in enumerate(said)]


def body(*said: str, **more: Any) -> dict[str, Any]:
    return {"model": MODEL, "max_tokens": 8_000, "messages": conversation(*said)} | more


def request(*said: str, **more: Any) -> Request:
    return Request.model_validate(body(*said, **more))


async def events(response: aiohttp.ClientResponse) -> AsyncIterator[tuple[str, Any]]:
    """Name and JSON of each event; the JSON is None where it does not parse."""
    name = ""
    async for raw in response.content:
        field, _, value = raw.decode().rstrip("\n").partition(": ")
        if field == "event":
            name = value
        elif field == "data":
            yield name, _parsed(value)


async def all_events(response: aiohttp.ClientResponse) -> list[tuple[str, Any]]:
    return [event async for event in events(response)]


def text_of(seen: Sequence[tuple[str, Any]]) -> str:
    return "".join(data["delta"]["text"] for name, data in seen if name == "content_block_delta" and data)


def _parsed(value: str) -> Any:
    try:
        return json.loads(value)
    except json.JSONDecodeError:
        return None
