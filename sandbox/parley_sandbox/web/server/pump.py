"""Everything that happens in the loopbacks and services, put on the page's one stream."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

from parley_sandbox.discord.happenings import Happening
from parley_sandbox.web.server.offers import form_view
from parley_sandbox.web.server.routes.requests import request_view
from parley_sandbox.web.server.sandbox import Sandbox
from parley_sandbox.web.server.view import message_view, presence_view, thread_view

_GATHER: Final = 0.15
"""Seconds in which further spans of a trace are not announced again."""


async def pump(sandbox: Sandbox) -> None:
    """Run until cancelled."""
    sandbox.turns.told_to(lambda turn: sandbox.feed.add("turn", turn))
    sandbox.capacity.told_to(lambda capacity: sandbox.feed.add("capacity", capacity))
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_happenings(sandbox))
        tasks.create_task(_traces(sandbox))
        for gateway in sandbox.gateways:
            tasks.create_task(sandbox.turns.watch(gateway))
        if sandbox.monitor:
            tasks.create_task(sandbox.capacity.watch(sandbox.monitor))


async def _happenings(sandbox: Sandbox) -> None:
    with sandbox.discord.subscribe() as queue:
        while True:
            happening = await queue.get()
            shape = _SHAPES.get(happening.kind)
            if shape is not None:
                sandbox.feed.add(happening.kind, shape(happening.payload, sandbox), _audience(happening, sandbox))


async def _traces(sandbox: Sandbox) -> None:
    with sandbox.traces.subscribe() as queue:
        while True:
            changed = {await queue.get()}
            await asyncio.sleep(_GATHER)
            while not queue.empty():
                changed.add(queue.get_nowait())
            for trace_id in changed:
                sandbox.feed.add("trace", {"trace_id": trace_id})


def _audience(happening: Happening, sandbox: Sandbox) -> str | None:
    """The one person who may see it: what is ephemeral, and what is said in a direct channel."""
    if happening.viewer is not None or not isinstance(happening.payload, dict):
        return happening.viewer
    channel = sandbox.discord.world.channels.get(happening.payload.get("channel_id") or "", {})
    recipients = channel.get("recipients") or [{}]
    person: str | None = recipients[0].get("id")
    return person


def _message(payload: Any, sandbox: Sandbox) -> dict[str, Any]:
    return message_view(payload, sandbox.discord.world)


def _deleted(payload: Any, _sandbox: Sandbox) -> dict[str, Any]:
    return {"id": payload["id"], "channel_id": payload["channel_id"]}


def _typing(payload: Any, _sandbox: Sandbox) -> dict[str, Any]:
    return {"channel_id": payload["channel_id"], "user_id": payload["user_id"]}


def _request(payload: Any, _sandbox: Sandbox) -> dict[str, Any]:
    return request_view(payload)


def _modal(payload: Any, _sandbox: Sandbox) -> dict[str, Any]:
    return form_view(payload)


def _interaction(payload: Any, _sandbox: Sandbox) -> dict[str, Any]:
    keys = ("id", "state", "type", "answer", "name", "channel_id", "message_id", "person")
    return {key: payload.get(key) for key in keys}


def _presence(payload: Any, _sandbox: Sandbox) -> dict[str, Any]:
    return presence_view({0: payload})


def _thread(payload: Any, _sandbox: Sandbox) -> dict[str, Any]:
    return thread_view(payload)


def _thread_gone(payload: Any, _sandbox: Sandbox) -> dict[str, Any]:
    return {"id": payload["id"], "parent_id": payload["parent_id"]}


_SHAPES: Final[dict[str, Callable[[Any, Sandbox], dict[str, Any]]]] = {
    "message_create": _message,
    "message_update": _message,
    "message_delete": _deleted,
    "typing": _typing,
    "request": _request,
    "modal": _modal,
    "interaction": _interaction,
    "presence": _presence,
    "thread_create": _thread,
    "thread_update": _thread,
    "thread_delete": _thread_gone,
}
